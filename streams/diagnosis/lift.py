"""How much better or worse a segment does than its rest, and between what bounds that surely lies.

The lift is the ratio of both rates, in the good direction: 1.2 is a fifth better. Its logarithm is nearly normal, with
the variance `1/x - 1/n + 1/X - 1/N` of `x` hits of `n` trials beside `X` of `N` of the rest (Katz et al., Biometrics 34
(1978) 469-474), without `1/n` and `1/N` where hits are counted (Poisson). Half a hit, and of yes-or-no trials half a
miss, is added to each, so that none at all is a number too. Where hits come in clusters the variance is larger by
their over-dispersion. Money that is spent is no count of hits: see `lift_of_money`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from streams.events.columns import Bools, Floats

SURE = 2.33  # standard errors on each side: an interval of 98 %
#: Where the interval of a lift lies wholly beyond, it is surely worse or better. By a sixth: segments differ by nature.
WORSE, BETTER = 1 / 1.2, 1.2
AS_WELL = 0.8  # its lower bound: surely no more than a fifth worse
FAR_LESS = 0.75  # of volumes, which differ by nature


class Hits(NamedTuple):
    """Hits and trials of segments and of the rest of each, all of one shape."""

    hits: Floats
    trials: Floats
    rest_hits: Floats
    rest_trials: Floats

    @property
    def value(self) -> Floats:
        """Hits a trial; NaN without trials."""
        return _over(self.hits, self.trials)

    @property
    def rest(self) -> Floats:
        """The same of the rest."""
        return _over(self.rest_hits, self.rest_trials)


class Lift(NamedTuple):
    """Estimate and 98 % interval of each; NaN where it cannot be had."""

    value: Floats
    low: Floats
    high: Floats

    @property
    def worse(self) -> Bools:
        """Surely."""
        return np.asarray(self.high < WORSE)

    @property
    def better(self) -> Bools:
        """Surely."""
        return np.asarray(self.low > BETTER)

    @property
    def as_well(self) -> Bools:
        """Surely as well as the rest, or better."""
        return np.asarray(self.low > AS_WELL)

    @property
    def far_less(self) -> Bools:
        """Surely."""
        return np.asarray(self.high < FAR_LESS)


def lift(of: Hits, binomial: Bools, up: Bools, dispersion: Floats) -> Lift:
    """`binomial`, `up` (more is better) and `dispersion` (at least 1) are of each KPI, the last axis of `of`."""
    x, rest = (np.where(binomial, np.minimum(x, n), x) + 0.5 for x, n in (of[:2], of[2:]))
    n, rest_n = (trials + np.where(binomial, 1.0, 0.0) for trials in (of.trials, of.rest_trials))
    with np.errstate(divide="ignore", invalid="ignore"):
        log = np.log(x / n) - np.log(rest / rest_n)
        variance = (1 / x + 1 / rest - np.where(binomial, 1 / n + 1 / rest_n, 0.0)) * dispersion
    told = (of.trials > 0) & (of.rest_trials > 0) & (of.hits + of.rest_hits > 0)
    return between(np.where(told, np.where(up, log, -log), np.nan), variance)


def lift_of_money(of: Hits) -> Lift:
    """Of what is spent a trial: how much is decided, in whatever currency, and chance is in the trials alone."""
    with np.errstate(divide="ignore", invalid="ignore"):
        log = np.log(of.value / of.rest)
        return between(np.where(of.rest_hits > 0, log, np.nan), 1 / of.trials + 1 / of.rest_trials)


def between(log: Floats, variance: Floats) -> Lift:
    """Of its logarithm and the variance of that."""
    with np.errstate(over="ignore", invalid="ignore"):
        reach = SURE * np.sqrt(variance)
        return Lift(np.exp(log), np.exp(log - reach), np.exp(log + reach))


def _over(hits: Floats, trials: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(trials > 0, hits / trials, np.nan)
