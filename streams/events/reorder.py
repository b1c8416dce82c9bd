"""Events wait here until the watermark has passed them, and leave in event-time order.

        arrived            watermark
    ── 3 ── 7 ── 5 ── 9 ──────┼────►      leave: 3 5 7     wait: 9 (until the watermark is past it)

Everything behind this (sessions, traits, dedupe) sees each visitor's events in order, so what it makes of them does
not depend on how they were batched, partitioned or fetched. Only an event that comes after the watermark has passed it
(later than `time.lateness`) is taken out of order.
"""

from __future__ import annotations

import numpy as np

from streams.events.columns import Columns, concatenated


class Reorder:
    """The events of one source partition that the watermark has not passed yet."""

    def __init__(self) -> None:
        self._waiting: list[Columns] = []
        self._earliest: int | None = None

    def __len__(self) -> int:
        return sum(map(len, self._waiting))

    def add(self, events: Columns) -> None:
        """Let `events` wait."""
        if len(events):
            self._waiting.append(events)
            earliest = int(events.time.min())
            self._earliest = earliest if self._earliest is None else min(self._earliest, earliest)

    def take(self, watermark: int) -> Columns | None:
        """Those with a time before `watermark`, in order; None where there are none."""
        if self._earliest is None or self._earliest >= watermark:
            return None
        waiting = concatenated(self._waiting)
        due = waiting.time < watermark
        rest = waiting.take(np.flatnonzero(~due))
        self._waiting = [rest] if len(rest) else []
        self._earliest = int(rest.time.min()) if len(rest) else None
        return waiting.take(np.flatnonzero(due)).in_order()
