"""The state of every series (segment and KPI) and, from it, of every cell (and window), tick by tick.

learning ──► par ◄──► watch ──sure and large──► over | under
              ▲                                      │
              └───no longer sure, or much smaller────┘
any ──its share of the traffic does not come──► silent
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from streams.events.columns import Bools, Floats, Ints
from streams.messages import STATES
from streams.scoring.baseline import Counts
from streams.scoring.evidence.series import Found
from streams.settings import Scoring

States = npt.NDArray[np.int8]

LEARNING, PAR, WATCH, OVER, UNDER, SILENT = range(len(STATES))

_NEAR = math.log(20)  # a factor that evidence may lack and still be worth watching; and what is 1 chance in 20


def side(direction: npt.NDArray[np.int8], good: Ints) -> States:
    """OVER or UNDER where `direction` is +1 (up) or -1 (down), by what is `good` [KPIs] (1: up, -1: down); else PAR."""
    better = direction * good
    return np.where(better > 0, OVER, np.where(better < 0, UNDER, PAR)).astype(np.int8)


def of_series(before: States, found: Found, silent: Bools, candidate: Bools, good: Ints, rule: Scoring) -> States:
    """The next states, from those before; all arrays [segments × KPIs], `good` [KPIs] as in `side`."""
    leaning = side(np.sign(found.ratio - 1).astype(np.int8), good)
    effect = np.abs(found.ratio - 1)
    enters = (side(found.level, good) == leaning) & (effect >= rule.min_effect)
    # It stays as long as it would be sure if nobody looked at any other, and is not clearly smaller than what is named.
    stays = (before == leaning) & (found.e_value >= _NEAR) & (effect >= rule.min_effect / 2)
    state = np.where(candidate | (found.strength >= -_NEAR), WATCH, PAR)
    state = np.where((leaning != PAR) & (enters | stays), leaning, state)
    state = np.where(found.shift != 0, side(found.shift, good), state)
    return np.where(silent, SILENT, state).astype(np.int8)


def of_cells(series: States, found: Found, counts: Counts, good: Ints, least: Ints) -> States:
    """What of the state of each series its windows show: [windows × segments × KPIs].

    A window that is on the other side, as after a change that is younger than it, is on a par; one in which segment or
    rest have fewer trials than `least` [KPIs] is learning.
    """
    own, par = _beside(counts)
    # A shift is a change of what is usual, and that need not be what is usual of the rest.
    usual = par * np.where(found.shift != 0, found.usual, 1.0)
    shows = side(np.sign(own - usual).astype(np.int8), good)
    state = np.where((series == shows) | (series == WATCH), series, PAR)
    enough = np.minimum(counts.denominator, counts.rest_denominator) >= least
    state = np.where(enough, state, LEARNING)
    return np.where((series == SILENT) | (series == LEARNING), series, state).astype(np.int8)


def bears(series: States, counts: Counts, good: Ints, effect: float) -> Bools:
    """Which windows of a series that is over or under do not lie on the other side by `effect` or more."""
    own, par = _beside(counts)
    up = (series == OVER) == (good > 0)
    return np.where(up, own > par * (1 - effect), own < par * (1 + effect))


def _beside(counts: Counts) -> tuple[Floats, Floats]:
    """What each cell has and what it would have on a par, in a unit of its own.

    In floating point: sums of values times trials go beyond 64 bits.
    """
    own = counts.numerator.astype(np.float64) * counts.rest_denominator
    return own, counts.rest_numerator.astype(np.float64) * counts.denominator
