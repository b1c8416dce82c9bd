"""The state of every cell, tick by tick: learning, par, over, under, silent.

learning ──enough trials──► par ──sure and large──► over | under
                             ◄──no longer sure──────┘
any ──events expected, none seen──► silent
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from streams.messages import STATES
from streams.scoring.evidence import Evidence
from streams.settings import Scoring

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
States = npt.NDArray[np.int8]

LEARNING, PAR, OVER, UNDER, SILENT = range(len(STATES))


def step(before: States, evidence: Evidence, trials: Ints, rest_trials: Ints, silent: Bools, rule: Scoring) -> States:
    """The next states, from those before; all arrays [windows × segments × KPIs]."""
    side = np.where(evidence.errors > 0, OVER, UNDER).astype(np.int8)
    sure, large = np.abs(evidence.errors), np.abs(evidence.effect) >= rule.min_effect
    enters = (sure >= rule.enter) & large
    stays = (before == side) & (sure >= rule.leave) & large
    enough = (trials >= rule.min_trials) & (rest_trials >= rule.min_trials)
    state = np.where(enters | stays, side, PAR)
    state = np.where(enough, state, LEARNING)
    return np.where(silent, SILENT, state).astype(np.int8)
