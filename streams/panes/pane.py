"""One pane of one source partition: what has been counted in it, and which events those are."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from streams.events.columns import Ints, Ranks

DERIVED = -1  # for an offset: no record, but what follows from all those before its time


class Pane:
    """Counts [segments × measures], only of segments that have any: `ids` (sorted) are the rows of `counts`.

    `offsets` (topic rank -> offset) and `watermark` say which events are in it from before this pane was loaded: those
    with `offset <= offsets[topic]` and `time < watermark`. Counting such an event again is skipped; that alone makes a
    crash between any two steps harmless.
    """

    __slots__ = ("counts", "ids", "offsets", "watermark")

    def __init__(self, measures: int, offsets: Mapping[int, int] | None = None, watermark: int = -(2**62)) -> None:
        self.ids: Ints = np.empty(0, dtype=np.int64)
        self.counts: Ints = np.empty((0, measures), dtype=np.int64)
        self.offsets = dict(offsets or {})
        self.watermark = watermark

    def contains(self, topic: Ranks, offset: Ints, time: Ints) -> npt.NDArray[np.bool_]:
        """Which of these events (arrays of the same length) are in it already."""
        known: npt.NDArray[np.bool_] = offset == DERIVED
        for rank, last in self.offsets.items():
            known |= (topic == rank) & (offset <= last)
        return known & (time < self.watermark)

    def add(self, ids: Ints, counts: Ints) -> None:
        """Add rows of counts; `ids` are sorted and distinct."""
        if len(self.ids) == len(ids) and bool((self.ids == ids).all()):
            self.counts = self.counts + counts
            return
        union = np.union1d(self.ids, ids)
        merged = np.zeros((len(union), counts.shape[1]), dtype=np.int64)
        merged[np.searchsorted(union, self.ids)] = self.counts
        merged[np.searchsorted(union, ids)] += counts
        self.ids, self.counts = union, merged
