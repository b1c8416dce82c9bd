"""Clocks that are wrong: a worker's, which is put right, and visitors'."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from streams.events.topics import SOURCE_TOPICS
from streams.panes import codec
from streams.panes.panes import Key
from streams.panes.partition import SourcePartition
from streams.panes.progress import Progress
from tests.panes.history import HOUR, MEASURES, MINUTE, SETTINGS, START, Happening, record


class Sent(NamedTuple):
    """What happened, and when Kafka got word of it (ms)."""

    happened: Happening
    got: int


class Worker:
    """What it reads is one topic; `panes` and `progress` are what it leaves to the next."""

    def __init__(self, panes: Mapping[Key, bytes] | None = None, progress: Progress | None = None) -> None:
        self.core = SourcePartition(0, SETTINGS, MEASURES)
        self.core.load(panes or {}, progress, {}, {}, {}, {})
        self.panes: dict[Key, bytes] = dict(panes or {})
        self._next = 0

    def read(self, events: list[Sent], now: int) -> None:
        """What comes next of `clicks`, by the wall clock `now` (ms); the other topics have nothing."""
        offsets = np.arange(self._next, self._next + len(events))
        got = np.array([each.got for each in events], dtype=np.int64)
        self.core.take("clicks", offsets, [record(each.happened) for each in events], now, got)
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


def _click(time: int, visitor: int, fast: int = 0) -> Sent:
    """Its clock is so fast (ms)."""
    return Sent(Happening(time + fast, "clicks", "any name", visitor, None, None, None), time)


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


def test_what_was_refused_as_too_far_ahead_does_not_count_when_it_is_read_again() -> None:
    """By then the time has come that it speaks of; but it is on dead_letters, and may have been sent anew."""
    clicks = [_click(START, 1), _click(START, 2, fast=20 * MINUTE)]
    first = Worker()
    first.read(clicks, START + MINUTE)
    first.goes_idle(START + 2 * MINUTE)
    assert [letter.reason for letter in first.core.dead_letters] == ["too_far_ahead"]
    second = Worker(first.panes, first.writes())
    second.read(clicks, START + 15 * MINUTE)
    second.goes_idle(START + HOUR)
    second.writes()
    snapshots = map(codec.decode, second.panes.values())
    assert [each.start for each in snapshots if each.counts] == [START]
    assert not second.core.dead_letters, "it is told of once"


def test_what_nobody_says_when_it_came_is_judged_by_the_clock_of_who_reads_it() -> None:
    worker = Worker()
    worker.read([Sent(_click(START + 20 * MINUTE, 1).happened, -1)], START)
    assert [letter.reason for letter in worker.core.dead_letters] == ["too_far_ahead"]
