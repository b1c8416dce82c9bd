"""The producer on Apache Kafka: compacted topics, and a broker that is away for a while."""

from __future__ import annotations

import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from kafka import KafkaConsumer, TopicPartition

from streams import settings
from streams.tools import topics
from streams.tools.files.source import SourceRecord
from streams.tools.sending import producer as producer_module
from streams.tools.sending.producer import EventProducer
from tests import servers

pytestmark = pytest.mark.kafka


def read(address: str, topic: str, partitions: int) -> list[bytes]:
    """The values of all records of a topic."""
    with KafkaConsumer(bootstrap_servers=address) as consumer:
        places = [TopicPartition(topic, n) for n in range(partitions)]
        consumer.assign(places)
        consumer.seek_to_beginning()
        left = sum(consumer.end_offsets(places).values())
        found: list[bytes] = []
        while len(found) < left:
            polled = consumer.poll(timeout_ms=5_000)
            assert polled, f"{left - len(found)} records do not come"
            found += (record.value for records in polled.values() for record in records)
        return found


def test_a_broker_that_dies_loses_and_doubles_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(producer_module, "_QUIET", 2.0)
    with servers.apache_kafka(tmp_path) as broker:
        kafka = settings.Kafka(broker=broker.address, partitions=2)
        admin = topics.connect(kafka, 20)
        topics.create(admin, kafka)
        admin.close()

        begun = threading.Event()

        def send() -> None:
            with EventProducer(kafka) as producer:
                begun.set()
                for number in range(2_000):
                    producer.send(SourceRecord("clicks", f"v{number % 7}", b"%d" % number, 0))
                    time.sleep(0.001)
                producer.send(SourceRecord("profiles", None, b'{"traits":{}}', 0))
                producer.heartbeat(123)

        sending = threading.Thread(target=send)
        sending.start()
        assert begun.wait(20.0)
        time.sleep(0.5)
        broker.child.kill()
        time.sleep(5.0)  # longer than the producer keeps quiet about it
        broker.child.start()
        sending.join(60.0)
        assert not sending.is_alive()
        clicks = Counter(read(kafka.broker, "clicks", 2))
        assert sum(count for value, count in clicks.items() if value.isdigit()) == 2_000
        assert set(clicks) == {b"%d" % number for number in range(2_000)} | {b'{"event":"heartbeat","timestamp":123}'}
        profiles = Counter(read(kafka.broker, "profiles", 2))
        assert profiles == {b'{"traits":{}}': 1, b'{"event":"heartbeat","timestamp":123}': 2}
        assert capsys.readouterr().err == f"kafka: {kafka.broker} acknowledges nothing; waiting for it\n"
