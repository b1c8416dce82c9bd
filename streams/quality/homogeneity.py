"""Within: is a segment alike from day to day, beside the rest of its dimension?

Day by day a segment's hits are compared with those of its rest, at its own lasting ratio to the rest, so that what all
share (a weekend, a season) cancels: see `scoring.evidence.comparison`. Pearson's statistic over its degrees of freedom,
`Σ residual² / variance / (days - 1)`, is the over-dispersion: 1 where hits are independent and the segment stays as it
is; more where they come in clusters, or where different groups of people take turns in it (McCullagh & Nelder,
Generalized Linear Models, 2nd ed. (1989), 4.5 and 6.2).

One restless segment moves the rest of all others. So the most restless are left out of it, one by one, while half of
the rest remains.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from streams.events.columns import Bools, Floats, Ints
from streams.scoring import baseline
from streams.scoring.evidence.comparison import Comparison, Trials, compare

MOST = 2.0  # days that vary by more than 1.4 times as much as chance: restless, not one group of people

_LEAST = 0.5  # variance of a day with too few hits to say anything
_DAYS = 7  # that say something, at least
_STEPS = 12  # of Newton's method; it takes three or four
_ROUNDS = 10  # segments left out, at most, of the rest


class Within(NamedTuple):
    """Of each segment and KPI [segments × KPIs]; NaN where fewer than seven days say anything."""

    dispersion: Floats
    ratio: Floats  # to the rest, over all days; 0 without hits of its own, NaN where the rest has none


class Days(NamedTuple):
    """What there is of each day."""

    hits: Ints  # [days × segments × KPIs]
    trials: Ints
    known: Bools  # [segments]: those that may be part of a rest
    binomial: Bools  # [KPIs]: yes-or-no trials


def within(days: Days) -> Within:
    """How alike every segment is within."""
    restless = np.zeros(days.hits.shape[1:], dtype=np.bool_)
    for _ in range(_ROUNDS):
        found = _within(days, restless)
        left = np.where(restless, -np.inf, np.nan_to_num(found.dispersion))
        worst = (np.arange(len(left))[:, None] == left.argmax(axis=0)) & (left > MOST)
        if not worst.any():
            break
        restless = restless | worst
    return found


def against_rest(days: Days, log_ratio: Floats, left_out: Bools) -> Comparison:
    """Each segment beside its rest, day by day, at `log_ratio` to it; without those `left_out` [segments × KPIs]."""
    hits = np.where(days.binomial, np.minimum(days.hits, days.trials), days.hits)
    spared = baseline.can_spare(days.trials, days.known, left_out)
    others = (baseline.rest(each, days.known, left_out, spared) for each in (hits, days.trials))
    own = Trials(hits.astype(np.float64), days.trials.astype(np.float64))
    rest = Trials(*(each.astype(np.float64) for each in others))
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.nan_to_num((own.hits + rest.hits) / (own.trials + rest.trials))
    return compare(own, rest, log_ratio, rate, np.broadcast_to(days.binomial, hits.shape))


def _within(days: Days, left_out: Bools) -> Within:
    log_ratio = _ratio(days, left_out)
    compared = against_rest(days, np.where(np.isfinite(log_ratio), log_ratio, 0.0), left_out)
    says = compared.variance >= _LEAST
    number = says.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        squares = np.where(says, compared.residual**2 / compared.variance, 0.0).sum(axis=0)
        dispersion = np.where((number >= _DAYS) & np.isfinite(log_ratio), squares / (number - 1), np.nan)
    return Within(dispersion, np.exp(log_ratio))


def _ratio(days: Days, left_out: Bools) -> Floats:
    """ln of the ratio to the rest [segments × KPIs] at which the residuals of all days cancel; -inf where a segment has
    trials and no hits, NaN where the rest has none."""
    log_ratio = np.zeros(days.hits.shape[1:])
    for _ in range(_STEPS):
        compared = against_rest(days, log_ratio, left_out)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = np.nan_to_num(compared.residual.sum(axis=0) / compared.signal.sum(axis=0))
        log_ratio = log_ratio + np.clip(step, -2.0, 2.0)
    own, rest = compared.a.sum(axis=0) > 0, compared.b.sum(axis=0) > 0
    return np.select([own & rest, rest], [log_ratio, -np.inf], np.nan)
