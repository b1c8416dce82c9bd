"""How traffic and rates of a whole board move over time, whatever the rules look for."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np

from streams.events.columns import Floats
from streams.tools.evaluate.look import DAY, HOUR, START
from streams.tools.simulate.season import busy

_SHOCKS_EVERY = 5.0  # days, in the mean
_SHOCK_HOURS = 6
_SHOCK = 0.4  # of the usual rate, or of the usual traffic
_BY_HOUR = 0.2  # the rate's swing over a day
_WEEKEND = 0.85


class Shape(NamedTuple):
    """Factors, broadcast to [looks × runs × segments]."""

    trials: Floats
    rate: Floats


class Shaping(Protocol):
    """Makes a shape for so many looks and runs."""

    def __call__(self, rng: np.random.Generator, looks: int, per_day: int, runs: int) -> Shape: ...


def flat(rng: np.random.Generator, looks: int, per_day: int, runs: int) -> Shape:  # noqa: ARG001 (as all of them)
    """Nothing moves."""
    return Shape(np.ones((looks, 1, 1)), np.ones((looks, 1, 1)))


def season(rng: np.random.Generator, looks: int, per_day: int, runs: int) -> Shape:  # noqa: ARG001
    """The hours of the day and the days of the week, in volume and in rate, the same for every segment."""
    moments = START + np.arange(looks) * (DAY // per_day)
    volume = np.array([busy(int(moment) // HOUR) for moment in moments])
    hour = moments % DAY / HOUR
    weekend = np.arange(looks) // per_day % 7 >= 5
    rate = (1 + _BY_HOUR * np.sin(2 * np.pi * (hour - 6) / 24)) * np.where(weekend, _WEEKEND, 1.0)
    return Shape(volume[:, None, None], rate[:, None, None])


def shocks(rng: np.random.Generator, looks: int, per_day: int, runs: int) -> Shape:
    """The season, and every few days all rates of a board fall for hours."""
    usual = season(rng, looks, per_day, runs)
    return Shape(usual.trials, usual.rate * _shocks(rng, looks, per_day, runs, _SHOCK))


def outages(rng: np.random.Generator, looks: int, per_day: int, runs: int) -> Shape:
    """The season, and every few days nothing at all comes of a whole board for hours."""
    usual = season(rng, looks, per_day, runs)
    return Shape(usual.trials * _shocks(rng, looks, per_day, runs, 0.0), usual.rate)


def _shocks(rng: np.random.Generator, looks: int, per_day: int, runs: int, factor: float) -> Floats:
    begins = rng.random((looks, runs)) < 1 / (_SHOCKS_EVERY * per_day)
    begun = np.cumsum(begins, axis=0)
    lasting = max(1, _SHOCK_HOURS * per_day // 24)
    before = np.vstack([np.zeros((lasting, runs), dtype=begun.dtype), begun[:-lasting]])
    return np.where(begun > before, factor, 1.0)[:, :, None]
