"""Clocks that are wrong: a worker's, which is put right, and visitors'."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from streams.events.topics import SOURCE_TOPICS
from streams.panes.panes import Key
from streams.panes.partition import SourcePartition
from streams.panes.progress import Progress
from tests.panes.history import HOUR, MEASURES, MINUTE, SETTINGS, START, Happening, record


class Worker:
    """What it reads is one topic; `panes` and `progress` are what it leaves to the next."""

    def __init__(self, panes: Mapping[Key, bytes] | None = None, progress: Progress | None = None) -> None:
        self.core = SourcePartition(0, SETTINGS, MEASURES)
        self.core.load(panes or {}, progress, {}, {}, {}, {})
        self.panes: dict[Key, bytes] = dict(panes or {})
        self._next = 0

    def read(self, events: list[Happening], now: int) -> None:
        """What comes next of `clicks`, by the wall clock `now` (ms); the other topics have nothing."""
        offsets = np.arange(self._next, self._next + len(events))
        self.core.take("clicks", offsets, list(map(record, events)), now)
        self._next += len(events)
        self.core.advance()

    def goes_idle(self, now: int) -> None:
        """Nothing has come for a while; then it writes what is due."""
        for topic in SOURCE_TOPICS:
            self.core.pass_on(topic, now)
        self.core.advance()

    def writes(self) -> Progress:
        assert self.core.caught_up
        for change in self.core.changes():
            if change.value is not None:
                self.panes[change.key] = change.value
        self.core.openings(), self.core.shards(), self.core.traits()
        return self.core.progress()


def _click(time: int, visitor: int) -> Happening:
    return Happening(time, "clicks", "any name", visitor, None, None, None)


def test_a_successor_whose_clock_is_behind_its_predecessors_does_not_wait_for_it() -> None:
    """Not for an hour, in which nothing would be written of the partition."""
    clicks, now = [_click(START, 1)], START + MINUTE
    fast = Worker()
    fast.read(clicks, now)
    fast.goes_idle(now + HOUR)
    right = Worker(fast.panes, fast.writes())
    right.read(clicks, now)
    assert right.core.caught_up
    assert right.core.watermark == fast.core.watermark, "of two snapshots the one that has seen more stands"
    right.read([_click(now, 2)], now)
    assert right.core.stats.events["clicks"] == 1
