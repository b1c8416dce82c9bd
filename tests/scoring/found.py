"""Evidence made by hand: of one series, of which nothing is known but what is said."""

from __future__ import annotations

import numpy as np

from streams.scoring.evidence.series import Found

FAR = -20.0  # ln: far from firing


def found(
    shift: int = 0,
    level: int = 0,
    ratio: float = 1.0,
    usual: float = 1.0,
    strength: float = FAR,
    change: float = 0.0,
    since: int = 0,
    e_value: float = 0.0,
) -> Found:
    """[1 × 1]."""
    return Found(
        shift=np.array([[shift]], dtype=np.int8),
        fired_at=np.array([[since]], dtype=np.int64),
        since=np.array([[since]], dtype=np.int64),
        change=np.array([[change]]),
        strength=np.array([[strength]]),
        level=np.array([[level]], dtype=np.int8),
        ratio=np.array([[ratio]]),
        low=np.array([[0.0]]),
        high=np.array([[np.inf]]),
        e_value=np.array([[e_value]]),
        usual=np.array([[usual]]),
        wait=np.array([[np.nan]]),
    )
