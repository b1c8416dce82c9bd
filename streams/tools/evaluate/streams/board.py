"""A board: how much traffic its segments have, and how much of it converts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SEGMENTS = 20
TRIALS = 670.0  # a day
RATE = 0.12


@dataclass(frozen=True)
class Board:
    """Per segment, trials a day and conversions a trial."""

    trials: tuple[float, ...]
    rates: tuple[float, ...]


def equal() -> Board:
    """The reference: 20 segments of 670 trials a day at a base rate of 12 %."""
    return Board((TRIALS,) * SEGMENTS, (RATE,) * SEGMENTS)


def different_rates() -> Board:
    """Base rates from 4 % to 36 %, evenly by ratio."""
    return Board((TRIALS,) * SEGMENTS, tuple(np.geomspace(RATE / 3, RATE * 3, SEGMENTS).tolist()))


def sizes() -> Board:
    """Sizes over three orders of magnitude with the reference's total; rates differ, without regard to size."""
    trials = np.geomspace(1, 1000, SEGMENTS)
    rates = np.geomspace(RATE / 2, RATE * 2, SEGMENTS)[np.arange(SEGMENTS) * 7 % SEGMENTS]
    return Board(tuple((trials / trials.sum() * TRIALS * SEGMENTS).tolist()), tuple(rates.tolist()))
