"""Counts of what was taken, for the metrics; what a predecessor took is not counted again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np

from streams.events.columns import Bools, Columns
from streams.events.topics import SOURCE_TOPICS


class Stats:
    """By topic: events taken, those of them that were duplicates, and those that came late. By dimension: events that
    are in its `other` while it is full."""

    def __init__(self, before: Mapping[str, int]) -> None:
        """`before`: the last offset by topic that a predecessor took."""
        self._before = before
        self.events: Counter[str] = Counter()
        self.duplicates: Counter[str] = Counter()
        self.late: Counter[str] = Counter()
        self.overflowed: Counter[str] = Counter()

    def is_new(self, topic: str, offset: int) -> bool:
        """Is it the first time that any worker reads this record?"""
        return offset > self._before.get(topic, -1)

    def count(self, events: Columns, fresh: Bools) -> None:
        """These were taken; not `fresh`: duplicates."""
        for rank in np.flatnonzero(np.bincount(events.topic)).tolist():
            topic = SOURCE_TOPICS[rank]
            new = (events.topic == rank) & (events.offset > self._before.get(topic, -1))
            self.events[topic] += int(np.count_nonzero(new))
            self.duplicates[topic] += int(np.count_nonzero(new & ~fresh))

    def count_overflowing(self, events: Columns, overflowing: Mapping[str, Bools]) -> None:
        """These were counted; `overflowing` [events] by dimension: see Membership."""
        for dimension, which in overflowing.items():
            before = np.array([self._before.get(topic, -1) for topic in SOURCE_TOPICS], dtype=np.int64)
            self.overflowed[dimension] += int(np.count_nonzero(which & (events.offset > before[events.topic])))

    def count_late(self, topic: str, events: Columns, watermark: int) -> None:
        """These, of one topic, have come; some of them after the watermark (ms) had passed them."""
        late = (events.time < watermark) & (events.offset > self._before.get(topic, -1))
        self.late[topic] += int(np.count_nonzero(late))
