"""Where a successor must begin to read.

What a visitor's open session and the ids already seen are is nowhere written down, but for where sessions were opened
(see openings): a reader learns them by going back as far as they matter. So the offset that is committed is not the
last one read but the first one that still matters, and the panes' own offsets keep what is read again from being
counted again. A visitor's history is written, but not all of it each time: what some of it does not contain yet is read
again too.
"""

from __future__ import annotations

from typing import NamedTuple

from streams.events.mark import Mark
from streams.events.topics import PROFILES
from streams.settings import Settings


class _Stretch(NamedTuple):
    """A stretch of one topic's log."""

    first: int  # offset
    before: int | None  # the topic's newest time (ms) before it
    newest: int | None  # and by its end


class Resume:
    """From which offset of each topic a successor must read to know open sessions and ids already seen."""

    def __init__(self, settings: Settings) -> None:
        self.horizon = max(settings.dedupe.horizon, settings.sessions.gap) + settings.time.lateness
        self._step = max(self.horizon // 64, 1)
        self._read: dict[str, list[_Stretch]] = {}

    def read(self, topic: str, first: int, before: int | None, newest: int | None) -> None:
        """A batch beginning at offset `first` was read; the topic's newest time was and is then `before`, `newest`."""
        stretches = self._read.setdefault(topic, [])
        last = stretches[-1] if stretches else None
        if last is not None and (newest == last.newest or self._is_short(last, newest)):
            stretches[-1] = last._replace(newest=newest)
        else:
            stretches.append(_Stretch(first, before, newest))

    def _is_short(self, stretch: _Stretch, newest: int | None) -> bool:
        return stretch.before is not None and newest is not None and newest - stretch.before < self._step

    def since(self, watermark: int) -> int:
        """ms: all events from here on are read again by a successor that begins at the `offsets` of such a mark."""
        return watermark - self.horizon

    def offsets(self, mark: Mark) -> dict[str, int]:
        """Per topic the smallest offset of which the events may still matter to who has all of `mark`.

        Profiles are read whole, always.
        """
        out = {}
        for topic, stretches in self._read.items():
            newest, new = stretches[-1].newest, mark.offsets.get(topic, -1) + 1
            since = self.since(mark.watermark if newest is None else min(mark.watermark, newest))
            while len(stretches) > 1 and stretches[1].first <= new and _is_before(stretches[0], since):
                stretches.pop(0)
            out[topic] = 0 if topic == PROFILES else stretches[0].first
        return out

    def newest(self) -> dict[str, int]:
        """Per topic the newest time (ms) before its offset of `offsets`, where it has any."""
        return {t: s[0].before for t, s in self._read.items() if t != PROFILES and s[0].before is not None}


def _is_before(stretch: _Stretch, time: int) -> bool:
    return stretch.newest is None or stretch.newest < time
