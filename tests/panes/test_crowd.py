"""A topic that is read far ahead of others waits for them in Kafka, not in memory."""

from __future__ import annotations

import numpy as np
import pytest

from streams.events.topics import SOURCE_TOPICS
from streams.panes.partition import SourcePartition
from tests.panes.history import HOUR, MEASURES, SETTINGS, START, Happening, heartbeat, record


def test_topics_ahead_are_held_back_only_where_many_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.panes.partition._CROWD", 3)
    core = SourcePartition(0, SETTINGS, MEASURES)
    core.load({}, None, {}, {}, {}, {})

    def read(topic: str, time: int, offset: int) -> None:
        core.take(topic, np.array([offset]), [record(Happening(time, topic, None, offset, None, None, None))])
        core.advance()

    for topic in set(SOURCE_TOPICS) - {"clicks", "downloads"}:
        core.take(topic, np.array([0]), [heartbeat(START + 10 * HOUR)])
    for offset in range(2):
        read("clicks", START + 2 * HOUR, offset)
    assert core.ahead() == set(), "not many"
    read("clicks", START + 2 * HOUR, 2)
    assert core.ahead() == set(SOURCE_TOPICS) - {"downloads"}, "of downloads nothing is known yet"
    read("downloads", START, 0)
    assert core.ahead() == set(SOURCE_TOPICS) - {"downloads"}
    read("downloads", START + 2 * HOUR, 1)
    assert core.ahead() == set(SOURCE_TOPICS) - {"clicks", "downloads"}
    read("downloads", START + 10 * HOUR, 2)
    read("clicks", START + 10 * HOUR, 3)
    assert core.ahead() == set(), "few wait any more"
