"""Where a successor must begin to read.

What a visitor's open session and the ids already seen are is nowhere written down: a reader learns them by going back
as far as they matter. So the offset that is committed is not the last one read but the first one that still matters,
and the panes' own offsets keep what is read again from being counted again.
"""

from __future__ import annotations

from streams.events.topics import PROFILES
from streams.settings import Settings


class Resume:
    """From which offset of each topic a successor must read to know open sessions and ids already seen."""

    def __init__(self, settings: Settings) -> None:
        self._horizon = max(settings.dedupe.horizon, settings.sessions.gap) + settings.time.lateness
        self._step = max(self._horizon // 64, 1)
        self._newest: dict[str, int | None] = {}
        self._read: dict[str, list[tuple[int, int | None]]] = {}  # topic -> (first offset, newest time by its end)

    def read(self, topic: str, first: int, newest: int | None) -> None:
        """A batch beginning at offset `first` was read, after which the topic's newest time is `newest`."""
        marks = self._read.setdefault(topic, [])
        self._newest[topic] = newest
        last = marks[-1] if marks else None
        if last is not None and last[1] == newest:
            return
        if last is not None and last[1] is not None and newest is not None and len(marks) > 1:
            before = marks[-2][1]
            if before is not None and newest - before < self._step:
                marks[-1] = (last[0], newest)
                return
        marks.append((first, newest))

    def offsets(self, watermark: int) -> dict[str, int]:
        """Per topic the smallest offset of which the events may still matter; profiles are read whole, always."""
        out = {}
        for topic, marks in self._read.items():
            newest = self._newest[topic]
            bound = min(watermark, newest if newest is not None else watermark) - self._horizon
            while len(marks) > 1 and (marks[0][1] is None or marks[0][1] < bound):
                marks.pop(0)
            out[topic] = 0 if topic == PROFILES else marks[0][0]
        return out
