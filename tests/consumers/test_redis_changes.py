"""The stream of changes: each change of a state once, whoever writes, and no more of them than are kept."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import redis

from consumers.redis.sink import Sink
from tests.consumers.samples import T0, cell, scores
from tests.consumers.test_redis_sink import HOUR, update


def changes(client: redis.Redis) -> list[dict[str, str]]:
    entries: Any = client.xrange("segpulse:changes")
    return [entry for _, entry in entries]


def test_each_change_of_a_state_is_told_once(client: redis.Redis, sink: Sink) -> None:
    def say(at: int, **states: str) -> None:
        sink.update(update(scores(at=T0 + at, cells=[cell(kpi, state=state) for kpi, state in states.items()])))

    say(0, x="par", y="learning")  # of what was not there nothing has changed
    say(1, x="par", y="learning")
    assert not client.exists("segpulse:changes")
    say(2, x="under", y="par")
    say(2, x="under", y="par")  # read again
    say(1, x="par", y="learning")  # older
    say(3, x="under", z="par")
    told = [(c["kpi"], c["was"], c["state"], int(c["at"]) - T0) for c in changes(client)]
    assert told == [
        ("x", "par", "under", 2),
        ("y", "learning", "par", 2),
        ("z", "none", "par", 3),
        ("y", "par", "none", 3),
    ]
    assert client.hget("segpulse:score:tier:2", "states") == '{"x":"under","z":"par"}'
    sink.update(update(gone=("tier:2",)))
    assert [(c["kpi"], c["was"], c["state"]) for c in changes(client)[4:]] == [
        ("x", "under", "none"),
        ("z", "par", "none"),
    ]


def test_a_change_has_the_figures_of_the_window_that_shows_it(client: redis.Redis, sink: Sink) -> None:
    windows = ("5m", "1h", "24h")
    sink.update(update(scores(value="a:b", cells=[cell(window=w, state="par") for w in windows])))
    states = {"5m": "par", "1h": "under", "24h": "under"}
    cells = [cell(window=w, state=states[w], index=80.0, since=T0 - i) for i, w in enumerate(windows)]
    sink.update(update(scores(value="a:b", at=T0 + 1, cells=cells)))
    assert changes(client) == [
        {
            "dimension": "tier",
            "segment": "a:b",
            "kpi": "form_fill_rate",
            "state": "under",
            "was": "par",
            "at": str(T0 + 1),
            "window": "1h",
            "since": str(T0 - 1),
            "kind": "shift",
            "index": "80.0",
        }
    ]


def test_changes_are_bounded(client: redis.Redis, sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consumers.redis.sink.CHANGES_KEPT", 100)
    for at in range(20):
        cells = [cell(f"kpi{i}", state="par" if at % 2 else "over") for i in range(50)]
        sink.update(update(scores(at=T0 + at, cells=cells)))
    assert 100 <= client.xlen("segpulse:changes") <= 300


def test_two_writers_tell_each_change_once(client: redis.Redis) -> None:
    """Both read the same from Kafka, one somewhat behind the other."""
    ticks, segments = 40, [str(n) for n in range(5)]

    def write() -> None:
        sink = Sink(client, HOUR)
        for n in range(ticks):
            cells = [cell("x", state="par" if n % 2 else "under")]
            sink.update(update(*(scores(value, T0 + n, cells) for value in segments)))

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    for value in segments:
        told = [(int(c["at"]) - T0, c["was"], c["state"]) for c in changes(client) if c["segment"] == value]
        expected = [(n, "under", "par") if n % 2 else (n, "par", "under") for n in range(1, ticks)]
        assert told == expected
        assert client.hget(f"segpulse:score:tier:{value}", "at") == str(T0 + ticks - 1)
