"""Where each visitor is now: the segments of their last event, told when they change, and now and then again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from streams.events.columns import NOBODY, Columns, Ints, Segments, grown
from streams.messages import VisitorSegments
from streams.segments.registry import UNKNOWN, Registry
from streams.settings import Dimension

_NEVER = -(2**62)  # ms


class Placing:
    """By visitor row what was told last, and when: [rows × dimensions that are of visitors]."""

    def __init__(self, dimensions: Mapping[str, Dimension], registry: Registry, again: int) -> None:
        """`again`: ms after which a visitor who is still here is told of again."""
        self._columns = [at for at, name in enumerate(dimensions) if _is_of_visitors(dimensions, name)]
        self._registry = registry
        self._again = again
        self._told: Segments = np.full((1024, len(self._columns)), -1, dtype=np.int32)
        self._at: Ints = np.full(1024, _NEVER, dtype=np.int64)
        self._due: set[int] = set()  # rows

    def take(self, events: Columns, member: Segments, visitors: int) -> None:
        """Take events in order and their segments [events × dimensions]; there are `visitors` rows."""
        self._told, self._at = grown(self._told, visitors, -1), grown(self._at, visitors, _NEVER)
        rows, back = np.unique(events.visitor[::-1], return_index=True)
        last = len(events) - 1 - back[rows != NOBODY]
        rows = rows[rows != NOBODY].astype(np.int64)
        now, time = member[last][:, self._columns], events.time[last]
        news = (now != self._told[rows]).any(axis=1) | (time - self._at[rows] >= self._again)
        self._told[rows[news]], self._at[rows[news]] = now[news], time[news]
        self._due.update(rows[news].tolist())

    def due(self, names: Sequence[str]) -> dict[str, VisitorSegments]:
        """What there is to tell, by visitor; it is not given again. `names` by row."""
        due, self._due = sorted(self._due), set()
        of = self._registry.names
        return {
            names[row]: VisitorSegments(at, {of[i][0]: of[i][1] for i in segments if of[i][1] != UNKNOWN})
            for row, at, segments in zip(due, self._at[due].tolist(), self._told[due].tolist(), strict=True)
        }

    def release(self, rows: Ints) -> None:
        """These rows are to be other visitors'."""
        self._told[rows[rows < len(self._at)]] = -1
        self._at[rows[rows < len(self._at)]] = _NEVER
        self._due.difference_update(rows.tolist())


def _is_of_visitors(dimensions: Mapping[str, Dimension], name: str) -> bool:
    """Not what is of an event alone: its campaign, or a cross with that."""
    dimension = dimensions[name]
    return not dimension.field and all(_is_of_visitors(dimensions, part) for part in dimension.cross)
