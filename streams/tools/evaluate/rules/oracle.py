"""A CUSUM that knows what nobody can: the true rate at every look, and the size and direction of the change."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.stats import poisson

from streams.events.columns import Floats
from streams.tools.evaluate.look import Look
from streams.tools.evaluate.rules.cusum import log_ratio
from streams.tools.evaluate.rules.rule import Calls

_STATES = 300
_MOST = 0.99  # of a fall: a rate of nothing at all has no likelihood ratio


class Oracle:
    """What can be had at most: one side, the right one, tuned at the effect, with an average run length of `arl` looks.

    `trials` and `rates` [segments] are those of a look in the mean; the threshold follows from them.
    """

    def __init__(self, change: float, arl: float, trials: Floats, rates: Floats) -> None:
        self._change = max(change, -_MOST)
        self._threshold = np.array(
            [threshold(self._change, arl, *pair) for pair in zip(trials.tolist(), rates.tolist(), strict=True)]
        )
        self._sum = np.zeros(())
        self._direction = 1 if change > 0 else -1

    def look(self, look: Look) -> Calls:
        ratio = log_ratio(look.hits.astype(np.float64), look.trials.astype(np.float64), look.usual, self._change, True)
        self._sum = np.maximum(self._sum + ratio, 0)
        fires = self._sum >= self._threshold
        self._sum = np.where(fires, 0.0, self._sum)
        return Calls((fires * self._direction).astype(np.int8))


@lru_cache(maxsize=1024)
def threshold(change: float, arl: float, trials: float, rate: float) -> float:
    """At which a CUSUM of Poisson trials, so many a look, runs `arl` looks in the mean before a false alarm."""
    low, high = 0.1, 2 * np.log(arl)
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (middle, high) if run_length(middle, change, trials, rate) < arl else (low, middle)
    return float(low + high) / 2


def run_length(limit: float, change: float, trials: float, rate: float) -> float:
    """Average run length with nothing to find, by Brook and Evans' (1972) Markov chain over `_STATES` levels."""
    ratios, chances = _increments(change, trials, rate)
    width = limit / _STATES
    steps = np.round(ratios / width).astype(np.int64)
    order = np.argsort(steps)
    values, first = np.unique(steps[order], return_index=True)
    mass = np.add.reduceat(chances[order], first)
    states = np.arange(_STATES)
    to = np.maximum(states[:, None] + values[None, :], 0)
    inside = to < _STATES
    chain = np.zeros((_STATES, _STATES))
    np.add.at(chain, (np.broadcast_to(states[:, None], to.shape)[inside], to[inside]),
              np.broadcast_to(mass, to.shape)[inside])  # fmt: skip
    return float(np.linalg.solve(np.eye(_STATES) - chain, np.ones(_STATES))[0])


def _increments(change: float, trials: float, rate: float) -> tuple[Floats, Floats]:
    """Log likelihood ratios of a look, and their chances: hits and misses are independent Poisson counts."""
    hits, misses = _likely(trials * rate), _likely(trials * (1 - rate))
    total = hits[:, None] + misses[None, :]
    ratios = log_ratio(hits[:, None], total, np.asarray(rate), change, True)
    chances = poisson.pmf(hits, trials * rate)[:, None] * poisson.pmf(misses, trials * (1 - rate))[None, :]
    return ratios.ravel(), chances.ravel()


def _likely(mean: float) -> Floats:
    low, high = poisson.ppf([1e-12, 1 - 1e-12], mean)
    return np.arange(max(low, 0), high + 1)
