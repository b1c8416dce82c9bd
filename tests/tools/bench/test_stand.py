"""Load, memory and latency on a real Kafka: partitions agree, every event is counted, others are left alone."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from kafka import KafkaConsumer, TopicPartition
from kafka.partitioner.default import murmur2

from streams.events.topics import HEARTBEAT, PROFILES, SOURCE_TOPICS
from streams.tools.bench import settings
from streams.tools.bench.errors import BenchError
from streams.tools.bench.events import MIX
from streams.tools.bench.fill import Fill, Filled
from streams.tools.bench.latency import latency
from streams.tools.bench.memory import memory
from streams.tools.bench.stand import PARTITIONS, Stand, stand
from streams.tools.bench.task import Task
from tests.servers import apache_kafka_jars, program

pytestmark = pytest.mark.kafka

SETTINGS = """
[dimensions]
campaign = { field = "campaign" }

[time]
lateness = "1s"
idle_after = "1s"
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    jars = apache_kafka_jars()
    program("redis-server", "redis-server")
    with stand(tmp_path_factory.mktemp("stand"), None, None, jars) as it:
        yield it


@pytest.fixture(scope="module")
def filled(made: Stand) -> Filled:
    made.new_topics()
    now = int(time.time() * 1000)
    spec = Fill(
        broker=made.broker, partitions=PARTITIONS, events=5_000, visitors=500, seed=1, density=5_000.0, until=now,
        closes=now,
    )  # fmt: skip
    with Task("fill", spec, made.folder) as task:
        return task.wait(Filled, lambda _: None, 60)


def test_memory_is_sampled_until_all_is_counted(made: Stand, filled: Filled, tmp_path: Path) -> None:
    config = settings.write(tmp_path / "segpulse.toml")
    found = memory(made, filled, config)
    assert found.samples[-1][0] == filled.events
    assert max(resident for _, resident in found.samples) <= found.peak_resident_mb


def test_keys_have_the_same_partition_on_all_topics(made: Stand, filled: Filled) -> None:
    assert sum(filled.by_topic.values()) == filled.events == 5_000
    read = _read(made)
    assert {topic: len(records) - PARTITIONS for topic, records in read.items()} == {
        **dict.fromkeys(SOURCE_TOPICS, 0),
        **filled.by_topic,
        PROFILES: 500,
    }
    of_key: dict[bytes, set[int]] = defaultdict(set)
    for topic in (PROFILES, *MIX):
        for partition, key in read[topic]:
            of_key[key].add(partition)
    assert of_key.pop(HEARTBEAT.encode()) == set(range(PARTITIONS))
    # As kafka-python and Java have it.
    assert all(partitions == {(murmur2(key) & 0x7FFFFFFF) % PARTITIONS} for key, partitions in of_key.items())


def test_latency_sees_every_event(made: Stand, tmp_path: Path) -> None:
    config = tmp_path / "segpulse.toml"
    config.write_text(SETTINGS)
    found = latency(made, config, visitors=200, seed=1, rate=400.0, seconds=3.0)
    assert found.not_shown == 0
    assert 300 <= found.events <= 1_200  # all, where Kafka answers late
    assert found.p50_seconds is not None
    assert found.p99_seconds is not None
    assert found.max_seconds is not None
    assert 0 <= found.p50_seconds <= found.p99_seconds <= found.max_seconds


def test_servers_in_use_are_left_alone(made: Stand, tmp_path: Path) -> None:
    made.new_topics()
    with (
        pytest.raises(BenchError, match=r"has the topics .*give it a broker of its own"),
        stand(tmp_path, made.broker, made.redis),
    ):
        pass
    made.remove()
    with redis.Redis.from_url(made.redis) as client:
        client.sadd("segpulse:segments", "industry:pharma")
        with pytest.raises(BenchError, match="holds scores of segpulse"), stand(tmp_path, made.broker, made.redis):
            pass
        client.flushall()
    with stand(tmp_path, made.broker, made.redis) as borrowed:
        borrowed.new_topics()
    with made.admin() as admin:
        assert not set(SOURCE_TOPICS) & set(admin.list_topics())


def _read(made: Stand) -> dict[str, list[tuple[int, bytes]]]:
    """Topic -> (partition, key) of every record."""
    consumer = KafkaConsumer(bootstrap_servers=made.broker, auto_offset_reset="earliest", enable_auto_commit=False)
    places = [TopicPartition(topic, partition) for topic in SOURCE_TOPICS for partition in range(PARTITIONS)]
    consumer.assign(places)
    ends = consumer.end_offsets(places)
    read: dict[str, list[tuple[int, bytes]]] = {topic: [] for topic in SOURCE_TOPICS}
    while any(consumer.position(place) < ends[place] for place in places):
        for place, records in consumer.poll(500).items():
            read[place.topic] += [(place.partition, record.key) for record in records]
    consumer.close()
    return read
