"""Maintenance windows: for whom no alert begins now."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from streams.settings import Mute

Bools = npt.NDArray[np.bool_]


def muted(mutes: Sequence[Mute], dimension: str, names: Sequence[str | None], tick: int) -> Bools:
    """[rows]: which segments, by `names`, are muted at `tick` (ms)."""
    now = [mute for mute in mutes if _ms(mute.begin.timestamp()) <= tick < _ms(mute.end.timestamp())]
    patterns = {mute.segment for mute in now}
    if not patterns:
        return np.zeros(len(names), dtype=np.bool_)
    every = bool(patterns & {"*", f"{dimension}:*"})
    return np.array([every or f"{dimension}:{name}" in patterns for name in names], dtype=np.bool_)


def _ms(seconds: float) -> int:
    return round(1000 * seconds)
