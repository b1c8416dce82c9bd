from __future__ import annotations

import threading
import urllib.request

import pytest
import redis

from consumers.redis.consumer import run
from streams.settings import SettingsError
from streams.tools.local.servers import Server, free_port
from tests.consumers.conftest import Running, paused
from tests.consumers.samples import T0, Scorer, alert, eventually, scores, settings


def test_scores_and_alerts_arrive_and_leave(scorer: Scorer, redis_server: Server, running: Running) -> None:
    client = redis.Redis.from_url(redis_server.address, decode_responses=True)
    scorer.say(scores("1"), scores("2"), alert("2"))
    running(lambda stop: run(settings(scorer.broker, redis_server.address), stop))
    eventually(lambda: client.xlen("segpulse:alerts") == 1)
    assert client.smembers("segpulse:segments") == {"tier:1", "tier:2"}
    scorer.say(scores("1", T0 + 10_000))
    eventually(lambda: client.hget("segpulse:score:tier:1", "at") == str(T0 + 10_000))
    scorer.gone("tier:2")
    eventually(lambda: client.smembers("segpulse:segments") == {"tier:1"})


def filled(scorer: Scorer, redis_server: Server, running: Running) -> redis.Redis:
    """A Redis that has the scores of two segments."""
    client = redis.Redis.from_url(redis_server.address, decode_responses=True)
    client.flushall()
    scorer.say(scores("1"), scores("2"))
    running(lambda stop: run(settings(scorer.broker, redis_server.address), stop))
    eventually(lambda: client.scard("segpulse:segments") == 2)
    return client


def test_a_redis_that_comes_back_empty_is_filled_again(
    scorer: Scorer, redis_server: Server, running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    client = filled(scorer, redis_server, running)
    with paused(redis_server):
        scorer.say(scores("2", T0 + 10_000))
        eventually(lambda: any(record.message.startswith("redis at ") for record in caplog.records))
    eventually(lambda: client.smembers("segpulse:segments") == {"tier:1", "tier:2"})
    assert client.hget("segpulse:score:tier:2", "at") == str(T0 + 10_000)
    assert all(record.exc_info is None for record in caplog.records)


def test_a_redis_that_was_emptied_under_way_is_filled_again(
    scorer: Scorer, redis_server: Server, running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    """Its connections stay, so no error tells of it."""
    client = filled(scorer, redis_server, running)
    eventually(lambda: bool(client.exists("segpulse:filled")))
    client.flushall()
    eventually(lambda: client.smembers("segpulse:segments") == {"tier:1", "tier:2"}, seconds=10)


def test_a_redis_that_is_full_is_said_so_until_it_is_not(
    scorer: Scorer, redis_server: Server, running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    port = free_port()
    scorer.say(scores("1"))

    def up() -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            return str(answer.read().decode()).rpartition("segpulse_redis_up ")[2].strip()

    with redis.Redis.from_url(redis_server.address, decode_responses=True) as client:
        client.flushall()
        client.config_set("maxmemory", 1)
        try:
            running(lambda stop: run(settings(scorer.broker, redis_server.address, port=port), stop))
            eventually(lambda: any("it is full: raise its maxmemory" in line for line in caplog.messages))
            assert up() == "0.0"
        finally:
            client.config_set("maxmemory", 0)
        eventually(lambda: client.smembers("segpulse:segments") == {"tier:1"})
        eventually(lambda: up() == "1.0")
    assert not any("EVALSHA" in line for line in caplog.messages)


@pytest.mark.parametrize("url", ["http://127.0.0.1", "redis://:T0p/s3cret@127.0.0.1:6379/0"])
def test_a_url_that_is_none_is_a_settings_error(url: str, stop: threading.Event) -> None:
    with pytest.raises(SettingsError, match=r"redis\.url") as caught:
        run(settings(redis_url=url), stop)
    assert "T0p" not in str(caught.value)
