"""What is counted early is what it comes to: where events arrive in order, the very same."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from streams.events.topics import PROFILES, SOURCE_TOPICS
from streams.panes.levels import LEVELS
from streams.panes.partition import SourcePartition
from tests.panes.history import MEASURES, MINUTE, SETTINGS, START, Happening, happenings, heartbeat, record

LATENESS, PANE = int(SETTINGS.time.lateness), LEVELS[0]
NOW = START + LATENESS  # the watermark is at START
Summed = Counter[tuple[Any, ...]]


class Reading:
    """A source partition that reads what it is given, on the wall clock `NOW`."""

    def __init__(self) -> None:
        self.core = SourcePartition(0, SETTINGS, MEASURES)
        self.core.load({}, None, {}, {}, {}, {})
        self._next = dict.fromkeys(SOURCE_TOPICS, 0)

    def take(self, topic: str, value: bytes) -> None:
        self.core.take(topic, np.array([self._next[topic]]), [value], NOW)
        self._next[topic] += 1

    def pass_to(self, time: int) -> None:
        for topic in SOURCE_TOPICS:
            self.take(topic, heartbeat(time))
        self.core.advance()

    def early(self) -> Summed:
        out: Summed = Counter()
        told = self.core.early(NOW)
        for start, counts in told.panes.items():
            for dimension, values in counts.items():
                for value, row in values.items():
                    of = zip(told.measures, row, strict=True)
                    out.update({(start, dimension, value, measure): n for measure, n in of if n})
        return out

    def exact(self) -> Summed:
        """What is in the panes from START on."""
        out: Summed = Counter()
        for change in self.core.changes():
            if change.snapshot is not None and change.key[0] == 0 and change.key[1] >= START:
                for dimension, values in change.snapshot.counts.items():
                    for value, row in values.items():
                        place = change.key[1], dimension, value
                        of = zip(change.snapshot.measures, row, strict=True)
                        out.update({(*place, measure): n for measure, n in of if n})
        return out


def waiting(happened: list[Happening]) -> list[Happening]:
    """Half of it before the watermark, half of it after, in order."""
    half = len(happened) // 2
    before = [it._replace(time=START - 1 - (it.time - START) % (40 * MINUTE)) for it in happened[:half]]
    after = [it._replace(time=START + (it.time - START) % LATENESS) for it in happened[half:]]
    return sorted([*before, *after], key=lambda it: (it.time, SOURCE_TOPICS.index(it.topic)))


@given(happenings, st.booleans())
def test_early_is_what_it_comes_to(happened: list[Happening], looks_first: bool) -> None:
    reading, made = Reading(), waiting(happened)
    reading.pass_to(START - 100 * MINUTE)
    for it in [it for it in made if it.time < START]:
        reading.take(it.topic, record(it))
    reading.pass_to(START + LATENESS)
    if looks_first:
        assert not reading.early()
    for it in [it for it in made if it.time >= START]:
        reading.take(it.topic, record(it))
    early = reading.early()
    reading.pass_to(START + 2 * LATENESS)
    assert early == reading.exact()
    assert not reading.early(), "it is exact now"


def test_who_somebody_is_counts_from_when_it_is_heard() -> None:
    reading = Reading()
    reading.pass_to(NOW)
    click = record(Happening(NOW - 1, "clicks", None, 1, None, None, None))
    reading.take("clicks", click)
    assert ("industry", "a") not in {place[1:3] for place in reading.early()}
    reading.take(PROFILES, record(Happening(NOW - 2, PROFILES, None, 1, None, None, (("industry", "a"),))))
    reading.take("clicks", click)
    assert ("industry", "a") in {place[1:3] for place in reading.early()}


def test_a_fast_clock_moves_nothing() -> None:
    reading = Reading()
    reading.pass_to(NOW)
    for ahead in (-1, MINUTE):
        reading.take("clicks", record(Happening(NOW + ahead, "clicks", None, 1, None, None, None)))
    assert {start for start, *_ in reading.early()} == {(NOW - 1) // PANE * PANE}


def test_who_is_far_behind_does_not_count_early() -> None:
    reading = Reading()
    reading.pass_to(START - 60 * MINUTE)
    reading.take("clicks", record(Happening(START, "clicks", None, 1, None, None, None)))
    assert not reading.early()
