"""Latency from two growing counts: how many events Kafka had acknowledged by when, and how many Redis showed by when.

count                acknowledged ──┐    ┌── shown
  k  ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄╭──┘┄┄┄┄╭──┘
                                  │←──────→│  latency of the k-th event
                               ───╯     ───╯                             time
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from streams.events.columns import Floats


class Curve(NamedTuple):
    """A count that only grows: at `times[i]` (s) it is `counts[i]`, and stays so until the next."""

    times: Sequence[float]
    counts: Sequence[int]

    def reached(self, ranks: npt.NDArray[np.int64]) -> Floats:
        """When the count first was `rank` or more, of each; NaN: never."""
        place = np.searchsorted(np.asarray(self.counts, dtype=np.int64), ranks)
        return np.append(np.asarray(self.times, dtype=np.float64), np.nan)[place]

    def at(self, time: float) -> int:
        """The count at `time` (s); 0 before the first."""
        place = int(np.searchsorted(np.asarray(self.times, dtype=np.float64), time, side="right"))
        return int(self.counts[place - 1]) if place else 0


def latencies(acknowledged: Curve, shown: Curve, begin: float) -> Floats:
    """Seconds from acknowledged to shown, of each event acknowledged after `begin` (s); NaN: never shown.

    Counts carry no names: the k-th event acknowledged is matched with the k-th shown. Where events overtake each
    other, single ones were quicker or slower by as much; the sum is the same.
    """
    last = acknowledged.counts[-1] if len(acknowledged.counts) else 0
    ranks = np.arange(acknowledged.at(begin) + 1, last + 1, dtype=np.int64)
    return shown.reached(ranks) - acknowledged.reached(ranks)
