"""Events that are few and far between: many panes change at once, and no more are counted than a checkpoint holds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.events.topics import SOURCE_TOPICS
from streams.messages import PaneSnapshot
from streams.panes import codec
from streams.panes.panes import Key
from streams.panes.partition import SourcePartition
from tests.panes.history import HOUR, MEASURES, MINUTE, SETTINGS, START, Happening, heartbeat, record


class Reading:
    """A source partition that writes what is due, as the engine does."""

    def __init__(self) -> None:
        self.core = SourcePartition(0, SETTINGS, MEASURES)
        self.core.load({}, None, {}, {}, {}, {})
        self.panes: dict[Key, PaneSnapshot] = {}
        self._offset = 0

    def read(self, happened: list[Happening], until: int) -> None:
        """All of `clicks`, then of every topic that nothing before `until` (ms) is still to come."""
        values = [*map(record, happened), heartbeat(until)]
        self.core.take("clicks", np.arange(self._offset, self._offset + len(values)), values)
        self._offset += len(values)
        for topic in set(SOURCE_TOPICS) - {"clicks"}:
            self.core.take(topic, np.array([self._offset]), [heartbeat(until)])

    def write(self) -> int:
        """A checkpoint; how many panes of the finest level it wrote."""
        changes = self.core.changes()
        for change in changes:
            if change.value is None:
                self.panes.pop(change.key, None)
            else:
                self.panes[change.key] = codec.decode(change.value)
        return sum(change.key[0] == 0 and change.value is not None for change in changes)

    def counts(self) -> dict[Key, object]:
        return {key: (pane.counts, pane.measures) for key, pane in self.panes.items()}


def _click(time: int) -> Happening:
    return Happening(time, "clicks", "any name", 1, None, None, None)


_times = st.lists(st.integers(0, 3 * HOUR), min_size=1, max_size=30).map(sorted)


@given(_times, st.integers(1, 7), st.lists(st.integers(0, 60 * MINUTE), max_size=5))
def test_a_few_panes_at_a_time_come_to_the_same(times: list[int], most: int, late: list[int]) -> None:
    until = START + 4 * HOUR
    at_once, by_and_by = Reading(), Reading()
    for reading, limit in ((at_once, None), (by_and_by, most)):
        reading.read([_click(START + time) for time in times], until)
        for _ in range(len(times) + 1):
            watermark = reading.core.advance(limit)
            assert watermark is not None
            assert reading.write() <= (limit or len(times))
        assert watermark == until - SETTINGS.time.lateness
        reading.read([_click(START + time) for time in late], until)  # these have a pane each, whatever `most` is
        reading.core.advance(limit)
        reading.write()
    assert by_and_by.counts() == at_once.counts()


def test_what_can_be_counted_after_the_next_checkpoint_only_waits_on_kafka(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.panes.partition._CROWD", 3)
    reading = Reading()
    reading.read([_click(START + n * MINUTE) for n in range(9)], START + HOUR)
    reading.core.advance(4)
    assert reading.core.ahead() == set(SOURCE_TOPICS)
    reading.core.advance(4)
    assert reading.core.ahead() == set(SOURCE_TOPICS), "nothing is written yet"
    assert reading.write() == 4
    reading.core.advance(4)
    assert reading.core.ahead() == set(), "few wait"
    assert reading.write() == 4
    assert reading.core.advance(4) == START + HOUR - SETTINGS.time.lateness
