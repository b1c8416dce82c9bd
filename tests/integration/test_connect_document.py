"""docs/connect.md: its commands and programs, run against a real Kafka."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from kafka import KafkaConsumer, TopicPartition

from streams import settings
from streams.tools import topics
from streams.tools.local.processes import Child
from streams.tools.local.servers import free_port
from streams.tools.sending.acknowledged import partition_of
from tests import servers
from tests.documents import CONNECT, blocks, commands
from tests.node import node_modules

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(240)]
PATIENCE = 60.0  # seconds


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Kafka with all topics."""
    with servers.apache_kafka(tmp_path_factory.mktemp("kafka")) as server:
        kafka = settings.Kafka(broker=server.address)
        with topics.connect(kafka, 20) as admin:
            topics.create(admin, kafka)
        yield server.address


def run(argv: list[str], **environ: str) -> str:
    done = subprocess.run(argv, env={**os.environ, **environ}, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    return done.stdout


def read(broker: str, count: int) -> list[tuple[int, str, dict[str, object]]]:
    """The newest `count` clicks: partition, key, value."""
    with KafkaConsumer(bootstrap_servers=broker) as consumer:
        places = [TopicPartition("clicks", number) for number in range(4)]
        consumer.assign(places)
        consumer.seek_to_beginning()
        found: list[tuple[int, int, str, dict[str, object]]] = []
        left = sum(consumer.end_offsets(places).values())
        while len(found) < left:
            for records in consumer.poll(timeout_ms=5_000).values():
                found += [(r.timestamp, r.partition, r.key.decode(), orjson.loads(r.value)) for r in records]
    return [each[1:] for each in sorted(found, key=lambda each: each[0])[-count:]]


def test_ingest_is_tried(broker: str, tmp_path: Path) -> None:
    servers.program("curl", "curl")
    start, curl = commands(CONNECT)
    port = free_port()
    environ = {"SEGPULSE_KAFKA_BROKER": broker, "SEGPULSE_INGEST_PORT": str(port)}
    argv = [sys.executable, "-m", *start.split()]
    with Child("ingest", argv, tmp_path / "ingest.log", environ) as child:
        deadline = time.monotonic() + PATIENCE
        while "ingest: connected to kafka" not in child.log.read_text("utf-8"):
            assert time.monotonic() < deadline, child.last_lines()
            time.sleep(0.1)
        said = run(["sh", "-c", curl.replace("127.0.0.1:8600", f"127.0.0.1:{port}")])
    assert said == blocks(CONNECT, "json")[0].strip()
    ((partition, key, event),) = read(broker, 1)
    assert (partition, key, event["event_id"]) == (partition_of(b"v-17", 4), "v-17", "e-1")


def test_a_producer_in_python(broker: str) -> None:
    (text,) = blocks(CONNECT, "python")
    run([sys.executable, "-c", text.replace("127.0.0.1:9092", broker)])
    ((partition, key, event),) = read(broker, 1)
    assert (partition, key, event["event_id"]) == (partition_of(b"v-17", 4), "v-17", "e-10")


def test_a_producer_in_javascript(broker: str, tmp_path: Path) -> None:
    modules = node_modules("kafkajs")
    (text,) = blocks(CONNECT, "javascript")
    file = tmp_path / "it.js"
    file.write_text(text.replace("127.0.0.1:9092", broker), "utf-8")
    run(["node", str(file)], NODE_PATH=str(modules), KAFKAJS_NO_PARTITIONER_WARNING="1")
    ((partition, key, event),) = read(broker, 1)
    assert (partition, key, event["event_id"]) == (partition_of(b"v-17", 4), "v-17", "e-11")
