"""Events wait here until the watermark has passed them, and leave in event-time order.

        arrived            watermark
    ── 3 ── 7 ── 5 ── 9 ──────┼────►      leave: 3 5 7     wait: 9 (until the watermark is past it)

Everything behind this (sessions, traits, dedupe) sees each visitor's events in order, so what it makes of them does
not depend on how they were batched, partitioned or fetched. Only an event that comes after the watermark has passed it
(later than `time.lateness`) is taken out of order.
"""

from __future__ import annotations

import numpy as np

from streams.events.columns import Columns, in_order
from streams.events.topics import PROFILES, SOURCE_TOPICS

_PROFILES = SOURCE_TOPICS.index(PROFILES)
_LATEST = 2**62  # ms: later than any


class Reorder:
    """The events of one source partition that the watermark has not passed yet: batches, each sorted by time."""

    def __init__(self) -> None:
        self._waiting: list[Columns] = []

    def __len__(self) -> int:
        return sum(map(len, self._waiting))

    def add(self, events: Columns) -> None:
        """Let `events`, of one topic and in offset order, wait."""
        if len(events):
            self._waiting.append(events.by_time())

    def take(self, watermark: int) -> Columns | None:
        """Those with a time before `watermark`, in order; None where there are none."""
        if not any(int(batch.time[0]) < watermark for batch in self._waiting):
            return None
        due, rest = [], []
        for batch in self._waiting:
            passed = int(np.searchsorted(batch.time, watermark))
            if passed:
                due.append(batch[:passed])
            if passed < len(batch):
                rest.append(batch[passed:])
        self._waiting = rest
        return in_order(due)

    def room(self, watermark: int, span: int, panes: int) -> int:
        """The latest time up to `watermark` (ms) before which events are in at most so many panes of `span` ms."""
        passed = [batch.time[: np.searchsorted(batch.time, watermark)] // span for batch in self._waiting]
        starts = np.unique(np.concatenate(passed)) if passed else ()
        return int(starts[panes]) * span if len(starts) > panes else watermark

    def earliest(self) -> int:
        """Time (ms) of the first event that waits; profiles, which may have always been so, are none."""
        events = [batch for batch in self._waiting if batch.topic[0] != _PROFILES]
        return min((int(batch.time[0]) for batch in events), default=_LATEST)

    def waiting(self) -> list[Columns]:
        """All that wait, in the order in which they came."""
        return list(self._waiting)
