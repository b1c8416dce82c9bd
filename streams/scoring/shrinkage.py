"""The value shown: drawn towards the rest as far as the evidence is thin (empirical Bayes).

The prior of a segment is centred on its rest; its weight, in trials, is learned from how much the segments of the
dimension differ from each other beyond chance. Shares of the trials: beta prior; counts beside counts: gamma prior.

The weight is the method of moments of Kleinman, "Proportions with extraneous variance", JASA 68 (1973) 46-54: with
segment rates p_i, trials n_i, N = sum n_i, pooled rate p, S = sum n_i (p_i - p)^2 and k segments, the variance between
segments is  t = (S - (k-1) v) / (N - sum n_i^2 / N),  v = p(1-p) for binomial and p for Poisson trials, and the weight
is v / t. Few segments tell little of t, so a standard error of S is added, (2 (k-1))^(1/2) v, on the safe side. And as
the rest is itself known from its N' trials only, they make an observation of t + v / N': the prior weighs as little as
1 / (t / v + 1 / N').

Where hits come in clusters, hits and trials are divided by their over-dispersion before: so many tell as much.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import special

from streams.events.columns import Bools, Floats, Ints

LIGHTEST, HEAVIEST = 1.0, 10_000.0  # trials that the prior may weigh
_TAIL = 0.025  # of the interval, each side


class Shrunk(NamedTuple):
    """Posterior of each cell [windows × segments × KPIs]; NaN where there is no rest to be drawn to."""

    value: Floats  # posterior mean
    low: Floats  # 95 % credible interval
    high: Floats
    above: Floats  # probability of lying above the rest


def bounded(numerator: Ints, denominator: Ints, binomial: Bools) -> Bools:
    """[windows × 1 × KPIs]: where no rate is above 1: of `binomial` KPIs of which nobody has more hits than trials."""
    return np.asarray(binomial & (numerator <= denominator).all(axis=1, keepdims=True))


def shares(numerator: Ints, denominator: Ints, rest: Floats, binomial: Bools) -> Bools:
    """In which cells hits are a share of the trials, and not counts beside counts: of `binomial` KPIs [KPIs].

    Where anybody has more hits than trials, a window's hits come of trials before it (opened now, sent yesterday). And
    a rest that always hits leaves no room for chance.
    """
    return np.asarray(bounded(numerator, denominator, binomial) & ~(rest >= 1))


def weight(
    numerator: Floats | Ints, denominator: Floats | Ints, rest: Floats | Ints, eligible: Bools, share: Bools
) -> Floats:
    """Weight of the prior, in trials, of each cell; `rest`: trials of its rest.

    `eligible` [segments]: those whose value is known; `share` as from `shares`.
    """
    n = np.where(eligible[None, :, None], denominator, 0).astype(np.float64)
    x = np.where(eligible[None, :, None], numerator, 0).astype(np.float64)
    total = n.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        pooled = x.sum(axis=1, keepdims=True) / total
        spread = np.where(n > 0, (x - n * pooled) ** 2 / n, 0.0).sum(axis=1, keepdims=True)
        chance = np.where(share, pooled * (1 - pooled), pooled)
        free = (n > 0).sum(axis=1, keepdims=True) - 1
        between = (spread - (free - np.sqrt(2 * free)) * chance) / (total - (n**2).sum(axis=1, keepdims=True) / total)
        apart = np.maximum(np.nan_to_num(between / chance), 0.0)
        return np.asarray(np.clip(1 / (apart + 1 / rest), LIGHTEST, HEAVIEST))


def shrink(numerator: Ints | Floats, denominator: Ints | Floats, rest: Floats, weights: Floats, share: Bools) -> Shrunk:
    """Posterior of every cell, given the rest's value and the prior's weight (shapes broadcast to the cells').

    `share` as from `shares`: at most one hit a trial there, and a rest below 1.
    """
    x, n = numerator.astype(np.float64), denominator.astype(np.float64)
    some = np.isfinite(rest) & (rest > 0)
    out = np.full((len(Shrunk._fields), *x.shape), np.nan)
    for posterior, cells in ((_beta, some & share), (_gamma, some & ~share)):
        given = [np.broadcast_to(each, x.shape)[cells] for each in (x, n, rest, weights)]
        # The special functions are slow, and many cells are alike: those with few trials above all.
        first, which = _alike(given)
        out[:, cells] = np.stack(posterior(*(each[first] for each in given)))[:, which]
    return Shrunk(*out)


def _alike(columns: Sequence[Floats]) -> tuple[Ints, Ints]:
    """One index of each distinct row; and for every row, which of these it is like."""
    order = np.lexsort(columns)
    differs = np.zeros(len(order), dtype=np.bool_)
    differs[:1] = True
    for column in columns:
        differs[1:] |= np.diff(column[order]) != 0
    which = np.empty_like(order)
    which[order] = np.cumsum(differs) - 1
    return order[differs], which


def _beta(x: Floats, n: Floats, centre: Floats, weights: Floats) -> Shrunk:
    a, b = weights * centre + x, weights * (1 - centre) + n - x
    return Shrunk(
        a / (a + b),
        special.betaincinv(a, b, _TAIL),
        special.betaincinv(a, b, 1 - _TAIL),
        special.betaincc(a, b, centre),
    )


def _gamma(x: Floats, n: Floats, centre: Floats, weights: Floats) -> Shrunk:
    a, exposure = weights * centre + x, weights + n
    return Shrunk(
        a / exposure,
        special.gammaincinv(a, _TAIL) / exposure,
        special.gammaincinv(a, 1 - _TAIL) / exposure,
        special.gammaincc(a, centre * exposure),
    )
