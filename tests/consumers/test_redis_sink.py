from __future__ import annotations

import json
import threading
import time
from typing import Any

import pytest
import redis
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from consumers.redis.sink import Sink
from consumers.state import Scored, Update
from streams.messages import SegmentScores
from streams.tools.local.servers import Server
from tests.consumers.samples import T0, alert, cell, overview, scores

HOUR = 3_600_000
KPIS = ("x", "y", "z")


def now() -> int:
    return time.time_ns() // 1_000_000


def update(*changes: SegmentScores, gone: tuple[str, ...] = (), written: int | None = None) -> Update:
    scored = {f"{s.dimension}:{s.value}": Scored(s, written or now()) for s in changes}
    return Update({**scored, **dict.fromkeys(gone)}, [], whole=False)


def stream(client: redis.Redis) -> list[dict[str, str]]:
    entries: Any = client.xrange("segpulse:alerts")
    return [entry for _, entry in entries]


def test_one_command_reads_a_segment(client: redis.Redis, sink: Sink) -> None:
    sink.update(update(scores(cells=[cell(value=0.1 + 0.2), cell("download_rate", index=None, value=None)])))
    out = client.hgetall("segpulse:score:tier:2")
    assert float(out["form_fill_rate:1h"]) == 0.1 + 0.2  # to the last digit
    assert out["state"] == "over"
    assert out["at"] == str(T0)
    assert abs(int(out["updated_at"]) - now()) < 10_000
    assert "download_rate:1h" not in out
    assert client.smembers("segpulse:segments") == {"tier:2"}
    assert client.smembers("segpulse:ranks") == {"form_fill_rate:1h"}
    assert client.zrange("segpulse:rank:form_fill_rate:1h", 0, -1, withscores=True) == [("tier:2", 120.0)]
    assert not client.exists("segpulse:rank:download_rate:1h")


def test_of_the_same_tick_the_later_record_stands(client: redis.Redis, sink: Sink) -> None:
    for seen in (1, 3, 2):  # its figures have seen more, or some of them again
        sink.update(update(scores(cells=[cell(numerator=seen)])))
    out = client.hgetall("segpulse:score:tier:2")
    seen = json.loads(out["form_fill_rate:1h:figures"])["numerator"]
    assert (seen, out["at"], out["to"]) == (2, str(T0), str(T0 + 70_000))


def test_what_is_no_longer_there_vanishes_with_the_update(client: redis.Redis, sink: Sink) -> None:
    sink.update(update(scores(cells=[cell(), cell("download_rate"), cell("engagement")])))
    sink.update(update(scores(at=T0 + 1, cells=[cell("download_rate", index=None, low=None), cell("engagement")])))
    out = client.hgetall("segpulse:score:tier:2")
    assert not [field for field in out if str(field).startswith("form_fill_rate")]
    assert "download_rate:1h:index" not in out
    assert client.zcard("segpulse:rank:form_fill_rate:1h") == 0
    assert client.zcard("segpulse:rank:download_rate:1h") == 0
    assert client.zcard("segpulse:rank:engagement:1h") == 1


def test_a_hash_of_more_fields_than_lua_unpacks_at_once(client: redis.Redis, sink: Sink) -> None:
    cells = [cell(f"kpi{i}") for i in range(700)]
    sink.update(update(scores(cells=cells)))
    assert client.hlen("segpulse:score:tier:2") == 700 * 4 + 9


def test_an_update_of_more_than_one_trip(client: redis.Redis, sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consumers.redis.sink.CELLS_A_TRIP", 5)
    sink.update(update(*(scores(str(n), cells=[cell(kpi) for kpi in KPIS[: 1 + n % 3]]) for n in range(20))))
    sink.update(update(scores("new"), gone=tuple(f"tier:{n}" for n in range(0, 20, 3))))
    left = {f"tier:{n}" for n in range(20) if n % 3}
    assert client.smembers("segpulse:segments") == left | {"tier:new"}
    assert set(client.zrange("segpulse:rank:y:1h", 0, -1)) == left
    assert client.hget("segpulse:score:tier:19", "y:1h:index") == "120.0"


def test_a_segment_that_is_gone_leaves_nothing(client: redis.Redis, sink: Sink) -> None:
    sink.update(update(scores("1"), scores("2")))
    sink.update(update(gone=("tier:1", "tier:never-seen")))
    assert client.smembers("segpulse:segments") == {"tier:2"}
    assert client.zrange("segpulse:rank:form_fill_rate:1h", 0, -1) == ["tier:2"]
    assert not client.exists("segpulse:score:tier:1")


def test_stale_scores_vanish_from_everywhere(client: redis.Redis) -> None:
    sink = Sink(client, ttl=300)
    sink.update(update(scores("old")))
    fresh = Sink(client, HOUR)
    fresh.update(update(scores("fresh")))
    time.sleep(0.4)
    assert not client.exists("segpulse:score:tier:old")
    assert fresh.sweep() == 1
    assert client.smembers("segpulse:segments") == {"tier:fresh"}
    assert client.zrange("segpulse:rank:form_fill_rate:1h", 0, -1) == ["tier:fresh"]


def test_when_nobody_writes_any_more_every_key_expires(client: redis.Redis) -> None:
    Sink(client, ttl=200).update(update(scores()))
    time.sleep(0.3)
    assert client.keys("*") == []


def test_scores_that_kafka_has_held_for_longer_than_the_ttl_are_not_written(client: redis.Redis, sink: Sink) -> None:
    sink.update(update(scores(), written=now() - HOUR))
    assert client.keys("segpulse:score:*") == []
    sink.update(update(scores(), written=now() - HOUR + 60_000))
    assert 0 < client.pttl("segpulse:score:tier:2") <= 60_000


def test_a_reader_never_sees_half_an_update(client: redis.Redis, redis_server: Server, sink: Sink) -> None:
    done = threading.Event()
    torn: list[dict[str, str]] = []

    def read() -> None:
        with redis.Redis.from_url(redis_server.address, decode_responses=True) as reader:
            while not done.is_set():
                out = reader.hgetall("segpulse:score:tier:2")
                if len({out[f"kpi{i}:1h:figures"] for i in range(100)}) != 1:
                    torn.append(out)

    sink.update(update(scores(cells=[cell(f"kpi{i}", numerator=0) for i in range(100)])))
    reader = threading.Thread(target=read)
    reader.start()
    try:
        for n in range(1, 200):
            sink.update(update(scores(at=T0 + n, cells=[cell(f"kpi{i}", numerator=n) for i in range(100)])))
    finally:
        done.set()
        reader.join()
    assert not torn


def at(tick: int, value: str) -> SegmentScores:
    """Scores of which not only the figures but also the KPIs differ from tick to tick."""
    return scores(value, T0 + tick, [cell(kpi, index=100.0 + tick) for kpi in KPIS[tick % 3 :]])


@given(polls=st.lists(st.dictionaries(st.sampled_from("abc"), st.integers(0, 6)), max_size=12))
@hypothesis_settings(max_examples=60, deadline=None)
def test_whatever_order_and_repetition_the_newest_stands(redis_server: Server, polls: list[dict[str, int]]) -> None:
    newest: dict[str, int] = {}
    with redis.Redis.from_url(redis_server.address, decode_responses=True) as client:
        client.flushall()
        sink = Sink(client, HOUR)
        for poll in polls:
            sink.update(update(*(at(tick, value) for value, tick in poll.items())))
            newest |= {value: max(tick, newest.get(value, 0)) for value, tick in poll.items()}
        assert client.smembers("segpulse:segments") == {f"tier:{value}" for value in newest}
        for value, tick in newest.items():
            out = client.hgetall(f"segpulse:score:tier:{value}")
            assert out["at"] == str(T0 + tick)
            assert {field.split(":")[0] for field in out if ":1h" in field} == set(KPIS[tick % 3 :])
            for kpi in KPIS:
                expected = 100.0 + tick if kpi in KPIS[tick % 3 :] else None
                assert client.zscore(f"segpulse:rank:{kpi}:1h", f"tier:{value}") == expected


def test_an_alert_is_added_once_however_often_it_is_read(client: redis.Redis, sink: Sink) -> None:
    alerts = [alert("1"), alert("1", at=T0 + 1, status="resolved"), alert("2", actual=None)]
    for _ in range(3):
        sink.update(Update({}, alerts, whole=True))
        sink = Sink(client, HOUR)
    entries = stream(client)
    assert [(e["fingerprint"], e["status"]) for e in entries] == [
        ("print-1", "firing"),
        ("print-1", "resolved"),
        ("print-2", "firing"),
    ]
    assert entries[0]["summary"] == "tier:1 fills in forms 20 % more often than the rest"
    assert "actual" not in entries[2]


def test_the_stream_and_what_it_remembers_are_bounded(
    client: redis.Redis, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consumers.redis.sink.ALERTS_KEPT", 100)
    monkeypatch.setattr("consumers.redis.sink.ALERTS_REMEMBERED", 300)
    alerts = [alert(str(i), at=T0 + i) for i in range(1_000)]
    sink.update(Update({}, alerts, whole=False))
    assert stream(client)[-1]["value"] == "999"
    assert client.zcard("segpulse:alerts:seen") == 300
    length = client.xlen("segpulse:alerts")
    assert 100 <= length <= 300
    sink.update(Update({}, alerts, whole=True))  # the old ones, no longer remembered, are not taken for new
    assert client.xlen("segpulse:alerts") == length


def test_one_command_reads_a_dimension_s_quality(client: redis.Redis, sink: Sink) -> None:
    sink.update(Update({}, [], whole=True, overviews={"tier": overview(merges=[["like", "few"]])}))
    found = client.hgetall("segpulse:quality:tier")
    assert float(found["accuracy"]) == pytest.approx(1 / 3)
    assert (found["segments"], found["groups"]) == ("3", "2")
    assert found["merge"] == '[["like","few"]]'
    assert found["verdict:like"] == "like the rest"
    assert found["icc:form_fill_rate"] == "0.01"
    assert client.pttl("segpulse:quality:tier") > 0
    sink.update(Update({}, [], whole=False, overviews={"tier": overview(accuracy=None)}))
    assert client.hget("segpulse:quality:tier", "accuracy") is None
    sink.update(Update({}, [], whole=False, overviews={"tier": None}))
    assert not client.exists("segpulse:quality:tier")


def test_hash_and_rank_are_of_the_same_update(client: redis.Redis, redis_server: Server, sink: Sink) -> None:
    done = threading.Event()
    torn: list[tuple[object, ...]] = []

    def read() -> None:
        with redis.Redis.from_url(redis_server.address, decode_responses=True) as reader:
            while not done.is_set():
                with reader.pipeline() as pipe:
                    pipe.hmget("segpulse:score:tier:2", "x:1h:index", "at")
                    pipe.zscore("segpulse:rank:x:1h", "tier:2")
                    (index, at), rank = pipe.execute()
                if not float(index) == rank == int(at) - T0:
                    torn.append((index, at, rank))

    sink.update(update(scores(at=T0, cells=[cell("x", index=0.0)])))
    reader = threading.Thread(target=read)
    reader.start()
    try:
        for n in range(1, 300):
            sink.update(update(scores(at=T0 + n, cells=[cell("x", index=float(n))])))
    finally:
        done.set()
        reader.join()
    assert not torn
