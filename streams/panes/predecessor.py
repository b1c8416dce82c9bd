"""What a predecessor had dealt with, which comes by again."""

from __future__ import annotations

import numpy as np

from streams.events.columns import Bools, Columns, Ints
from streams.events.topics import SOURCE_TOPICS
from streams.panes.progress import Progress


class Predecessor:
    """Where the worker that had the source partition before stood; nobody was there before the first."""

    def __init__(self, stood: Progress | None, since: int) -> None:
        """`since`: ms; all events from here on are read again, further back only some."""
        self.existed = stood is not None
        self.offsets: dict[str, int] = stood.offsets if stood is not None else {}
        self.watermark = stood.watermark if stood is not None else -(2**62)
        self._since = since
        self._last = np.array([self.offsets.get(topic, -1) for topic in SOURCE_TOPICS], dtype=np.int64)

    def told_all(self, topic: str, offsets: Ints, times: Ints) -> bool:
        """Had it dealt with all of these events of one topic? `offsets` rise."""
        return bool(offsets[-1] <= self.offsets.get(topic, -1) and (times < self.watermark).all())

    def told(self, events: Columns) -> tuple[Bools, Bools]:
        """Of events in order: those that it had dealt with, and of these those of sessions that it has told of.

        What it had read when it wrote how far it had come is in its panes. Most panes' own offsets say so too; but a
        repetition changes no pane, and may be read again without what it repeats. Further back than all topics are
        read again, only some are: sessions made of these alone would be wrong, and those still open are known.
        """
        if events.time[0] >= self.watermark:
            none = np.zeros(len(events), dtype=np.bool_)
            return none, none
        told = (events.offset <= self._last[events.topic]) & (events.time < self.watermark)
        return told, told & (events.time < self._since)
