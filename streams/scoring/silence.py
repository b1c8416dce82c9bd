"""Silence: trials were expected of a segment, from its own share and the dimension's volume now, and none came."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


def silent(trials: Ints, before: Bools, reference: int, least: float) -> Bools:
    """Which cells [windows × segments × KPIs] had none where at least `least` trials were expected.

    Those that were silent (`before`) stay so until something comes. A segment's share is that of window number
    `reference` (the longest), which itself is never silent.
    """
    usual = trials[reference].astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.nan_to_num(usual / usual.sum(axis=0))
    expected = share * trials.sum(axis=1, keepdims=True)
    quiet = (trials == 0) & (before | (expected >= least))
    quiet[reference] = False
    return np.asarray(quiet)
