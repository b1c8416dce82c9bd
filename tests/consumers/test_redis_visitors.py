from __future__ import annotations

import threading
import time

import msgspec
import pytest
import redis
from kafka.consumer.fetcher import ConsumerRecord

from consumers.errors import CannotStartError
from consumers.redis.visitors import Visitors, run
from streams.messages import VisitorSegments
from streams.settings import Settings
from streams.settings import Visitors as Chosen
from streams.tools.local.servers import Server
from tests.consumers.conftest import Running, paused
from tests.consumers.samples import T0, Scorer, eventually, settings

HOUR = 3_600_000


def chosen(scorer: Scorer, redis_server: Server) -> Settings:
    return msgspec.structs.replace(settings(scorer.broker, redis_server.address), visitors=Chosen(publish=True))


def say(scorer: Scorer, visitor: str, at: int = T0, **segments: str) -> None:
    scorer.raw("visitor_segments", visitor, msgspec.json.encode(VisitorSegments(at, segments)))


def record(visitor: str, offset: int, value: bytes | None, ago: int = 0) -> ConsumerRecord:
    written = int(time.time() * 1000) - ago
    return ConsumerRecord("visitor_segments", 0, 0, offset, written, 0, visitor.encode(), value, (), 0, 0, 0, 0)


def test_one_command_reads_a_visitor_s_segments(
    scorer: Scorer, redis_server: Server, client: redis.Redis, running: Running
) -> None:
    say(scorer, "ann", industry="pharma", stage="new")
    running(lambda stop: run(chosen(scorer, redis_server), stop))
    eventually(lambda: client.hget("segpulse:visitor:ann", "stage") == "new")
    say(scorer, "ann", T0 + 1, industry="pharma")
    scorer.raw("visitor_segments", "ann", b"what?")
    say(scorer, "bob", industry="fmcg")
    eventually(lambda: client.hget("segpulse:visitor:bob", "industry") == "fmcg")
    eventually(lambda: client.hget("segpulse:visitor:ann", "stage") is None)
    found = client.hgetall("segpulse:visitor:ann")
    assert abs(int(found.pop("_updated_at")) - time.time() * 1000) < 30_000
    assert found == {"industry": "pharma", "_at": str(T0 + 1), "_version": "1"}
    assert 0 < client.pttl("segpulse:visitor:ann") <= 7 * 24 * HOUR


def test_a_redis_that_has_lost_its_data_is_filled_again(
    scorer: Scorer, redis_server: Server, client: redis.Redis, running: Running
) -> None:
    say(scorer, "ann", industry="pharma")
    running(lambda stop: run(chosen(scorer, redis_server), stop))
    eventually(lambda: bool(client.exists("segpulse:visitor:ann")))
    client.flushall()
    eventually(lambda: bool(client.exists("segpulse:visitor:ann")))
    with paused(redis_server):
        say(scorer, "bob", industry="fmcg")
    eventually(lambda: bool(client.exists("segpulse:visitor:ann", "segpulse:visitor:bob") == 2))


def test_what_is_written_and_how_far_it_goes_are_one(client: redis.Redis) -> None:
    visitors = Visitors(client, HOUR)
    value = msgspec.json.encode(VisitorSegments(T0, {"industry": "pharma"}))
    visitors.write([record("ann", 7, value), record("bob", 8, value, ago=2 * HOUR), record("cid", 9, value)])
    assert set(client.keys("segpulse:visitor:*")) == {"segpulse:visitor:ann", "segpulse:visitor:cid"}
    assert visitors.offsets() == {0: 10}
    visitors.write([record("cid", 10, None)])
    assert client.keys("segpulse:visitor:*") == ["segpulse:visitor:ann"]
    assert visitors.offsets() == {0: 11}


def test_where_nobody_tells_them_it_does_not_start(stop: threading.Event) -> None:
    with pytest.raises(CannotStartError, match=r"visitors\.publish"):
        run(settings(), stop)
