"""How many conversions so many trials bring: one each at most, or in clusters, as of visitors who differ."""

from __future__ import annotations

import math
from functools import cache
from typing import Protocol

import numpy as np

from streams.events.columns import Floats, Ints

GAMMA_SHAPE = 0.1  # of the visitors' rates: few of them do most of it
LOGNORMAL_SIGMA = 1.0  # of the sizes of clusters: mean 2.2, one in a hundred has more than 10
_LEAVES = 1 / 6  # of a cluster's events that wait, in an hour


class Conversions(Protocol):
    """Draws the hits of `trials` [runs × segments] at `rate` (mean hits a trial); may remember earlier ones."""

    binomial: bool

    def __call__(self, rng: np.random.Generator, trials: Ints, rate: Floats) -> Ints: ...


class Bernoulli:
    """A trial converts or does not."""

    binomial = True

    def __call__(self, rng: np.random.Generator, trials: Ints, rate: Floats) -> Ints:
        return rng.binomial(trials, rate)


class GammaVisitors:
    """Every trial is a visitor with a rate of her own, gamma-distributed: negative-binomial counts."""

    binomial = False

    def __call__(self, rng: np.random.Generator, trials: Ints, rate: Floats) -> Ints:
        return rng.poisson(rng.gamma(GAMMA_SHAPE * trials, 1.0) * rate / GAMMA_SHAPE)


class LognormalClusters:
    """A visitor who converts does so several times over: clusters of heavy-tailed size, all at once."""

    binomial = False

    def __call__(self, rng: np.random.Generator, trials: Ints, rate: Floats) -> Ints:
        clusters = rng.poisson(trials * rate / _mean_size())
        sizes = _sizes(rng, int(clusters.sum()))
        ends = np.cumsum(clusters.ravel())
        before = np.concatenate([[0], np.cumsum(sizes)])
        return np.asarray((before[ends] - before[ends - clusters.ravel()]).reshape(clusters.shape))


class LingeringClusters:
    """The same clusters, whose events come over the hours that follow: neighbouring looks are no longer independent."""

    binomial = False

    def __init__(self, per_day: int = 24) -> None:
        self._clusters = LognormalClusters()
        self._leaves = 1 - (1 - _LEAVES) ** (24 / per_day)
        self._waiting: Ints | None = None

    def __call__(self, rng: np.random.Generator, trials: Ints, rate: Floats) -> Ints:
        waiting = self._clusters(rng, trials, rate)
        if self._waiting is not None:
            waiting = waiting + self._waiting
        hits = rng.binomial(waiting, self._leaves)
        self._waiting = waiting - hits
        return hits


def _sizes(rng: np.random.Generator, number: int) -> Ints:
    return np.ceil(rng.lognormal(0.0, LOGNORMAL_SIGMA, number)).astype(np.int64)


@cache
def _mean_size() -> float:
    """Mean of a lognormal rounded up: the sum over n of P(size > n)."""
    tails = (math.erfc(math.log(n) / (LOGNORMAL_SIGMA * math.sqrt(2))) / 2 for n in range(1, 10_000))
    return 1 + sum(tails)
