"""Fills the topics as fast as they take it, and closes them; a task (see task.py) for `segpulse bench`.

After the last event, a heartbeat on every partition of every source topic says that no older event follows. So a worker
counts the last event when it has read it, and no idle waiting for the clock is in what is measured.
"""

from __future__ import annotations

import time
from collections import Counter

import msgspec
import orjson
from confluent_kafka import KafkaError, Message, Producer

from streams.events.topics import HEARTBEAT, PROFILES, SOURCE_TOPICS
from streams.tools.bench import audience
from streams.tools.bench.errors import BenchError
from streams.tools.bench.events import drafts, events
from streams.tools.bench.task import Told, work

CHUNK = 20_000  # events made at a time
_PATIENCE = 120.0  # seconds for the broker to acknowledge what is left


class Fill(msgspec.Struct, kw_only=True):
    """What to produce."""

    broker: str
    partitions: int
    events: int
    visitors: int
    seed: int
    density: float  # events a second of event time
    until: int  # ms: the time of the last event
    closes: int | None  # ms: what the closing heartbeats say; None: none are sent


class Filled(msgspec.Struct, kw_only=True):
    """What is in the topics."""

    events: int
    by_topic: dict[str, int]
    mean_bytes: float  # of an event
    first: int  # ms, event time
    last: int  # ms
    seconds: float


def producer(broker: str) -> Producer:
    """A producer that spreads keys over partitions as Kafka's own (and kafka-python's) do, and compresses by lz4."""
    return Producer(
        {
            "bootstrap.servers": broker,
            "partitioner": "murmur2_random",  # librdkafka's default is another, and visitors would be torn apart
            "compression.type": "lz4",
            "acks": "all",
            "linger.ms": 20,
            "queue.buffering.max.messages": 200_000,
            "queue.buffering.max.kbytes": 256 * 1024,
        }
    )


def fill(spec: Fill, told: Told) -> Filled:
    """Profiles, then events, then heartbeats. Raises BenchError where the broker refuses a record."""
    began = time.monotonic()
    out = Sender(producer(spec.broker))
    start = spec.until - spec.events / spec.density * 1000.0
    for profile in audience.profiles(spec.visitors, spec.seed, int(start) - 3_600_000):
        out.send(PROFILES, profile.key, profile.value, int(start))
    pool = drafts(spec.visitors, spec.seed)
    by_topic: Counter[str] = Counter()
    size = first = last = 0
    for chunk, done in enumerate(range(0, spec.events, CHUNK)):
        count = min(CHUNK, spec.events - done)
        for event in events(pool, spec.seed, chunk, count, start + done / spec.density * 1000.0, spec.density):
            out.send(event.topic, event.key, event.value, event.time)
            by_topic[event.topic] += 1
            size += len(event.value)
            first, last = min(first or event.time, event.time), max(last, event.time)
        told.done(done + count)
    if spec.closes is not None:
        heartbeat = orjson.dumps({"event": HEARTBEAT, "timestamp": spec.closes})
        for topic in SOURCE_TOPICS:
            for partition in range(spec.partitions):
                out.send(topic, HEARTBEAT.encode(), heartbeat, spec.until, partition)
    out.flush()
    return Filled(
        events=spec.events,
        by_topic=dict(by_topic),
        mean_bytes=round(size / max(1, spec.events), 1),
        first=first,
        last=last,
        seconds=round(time.monotonic() - began, 3),
    )


class Sender:
    """Sends; a full queue is waited for, and a refusal is not passed over."""

    def __init__(self, to: Producer) -> None:
        self._producer = to
        self._since_look = 0
        self._refused: list[KafkaError] = []

    def send(self, topic: str, key: bytes, value: bytes, timestamp: int, partition: int = -1) -> None:
        """Hand over a record; its Kafka timestamp is the event's (ms), as if it had been sent when it happened."""
        while True:
            try:
                self._producer.produce(topic, value, key, partition, timestamp=timestamp, on_delivery=self._delivered)
                break
            except BufferError:
                self._producer.poll(0.05)
        self._since_look += 1
        if self._since_look == 1_000:
            self._since_look = 0
            self._producer.poll(0)
            self._look()

    def flush(self) -> None:
        """Wait until all is acknowledged. Raises BenchError."""
        if left := self._producer.flush(_PATIENCE):
            raise BenchError(f"the broker has not acknowledged {left:,} records for {_PATIENCE:.0f} s: see its log")
        self._look()

    def _delivered(self, error: KafkaError | None, message: Message) -> None:  # noqa: ARG002 (its signature)
        if error is not None:
            self._refused.append(error)

    def _look(self) -> None:
        if self._refused:
            raise BenchError(f"the broker refuses records: {self._refused[0]}")


if __name__ == "__main__":
    work(Fill, fill)
