"""Where a successor must begin to read.

What a visitor's open session and the ids already seen are is nowhere written down: a reader learns them by going back
as far as they matter. So the offset that is committed is not the last one read but the first one that still matters,
and the panes' own offsets keep what is read again from being counted again.
"""

from __future__ import annotations

from typing import NamedTuple

from streams.events.topics import PROFILES
from streams.settings import Settings


class _Mark(NamedTuple):
    """A stretch of one topic's log."""

    first: int  # offset
    before: int | None  # the topic's newest time (ms) before it
    newest: int | None  # and by its end


class Resume:
    """From which offset of each topic a successor must read to know open sessions and ids already seen."""

    def __init__(self, settings: Settings) -> None:
        self.horizon = max(settings.dedupe.horizon, settings.sessions.gap) + settings.time.lateness
        self._step = max(self.horizon // 64, 1)
        self._marks: dict[str, list[_Mark]] = {}

    def read(self, topic: str, first: int, before: int | None, newest: int | None) -> None:
        """A batch beginning at offset `first` was read; the topic's newest time was and is then `before`, `newest`."""
        marks = self._marks.setdefault(topic, [])
        last = marks[-1] if marks else None
        if last is not None and (newest == last.newest or self._is_short(last, newest)):
            marks[-1] = last._replace(newest=newest)
        else:
            marks.append(_Mark(first, before, newest))

    def _is_short(self, mark: _Mark, newest: int | None) -> bool:
        return mark.before is not None and newest is not None and newest - mark.before < self._step

    def since(self, watermark: int) -> int:
        """ms: all events from here on are read again by a successor that begins at `offsets(watermark)`."""
        return watermark - self.horizon

    def offsets(self, watermark: int) -> dict[str, int]:
        """Per topic the smallest offset of which the events may still matter; profiles are read whole, always."""
        out = {}
        for topic, marks in self._marks.items():
            since = self.since(watermark if marks[-1].newest is None else min(watermark, marks[-1].newest))
            while len(marks) > 1 and (marks[0].newest is None or marks[0].newest < since):
                marks.pop(0)
            out[topic] = 0 if topic == PROFILES else marks[0].first
        return out

    def newest(self) -> dict[str, int]:
        """Per topic the newest time (ms) before its offset of `offsets`, where it has any."""
        return {t: m[0].before for t, m in self._marks.items() if t != PROFILES and m[0].before is not None}
