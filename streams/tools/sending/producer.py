"""Source records and heartbeats to Kafka, in order, each once, with what the broker refuses as dead letters."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from types import TracebackType
from typing import Any

import click
import msgspec
import orjson
from kafka import KafkaProducer
from kafka.errors import KafkaError, KafkaTimeoutError, MessageSizeTooLargeError, RecordListTooLargeError

from streams import settings
from streams.events.topics import DEAD_LETTERS, HEARTBEAT, PROFILES, SOURCE_TOPICS
from streams.messages import DeadLetter
from streams.security.kafka import client_options
from streams.tools.files.source import SourceRecord, Unroutable
from streams.tools.topics import TopicsError, check, connect

_LARGEST = 4 * 1024 * 1024  # bytes of a request, as the topics' max.message.bytes
_KEPT = 65_536  # bytes of a bad record that its dead letter keeps
_UNACKNOWLEDGED = 20_000  # records at most: kafka-python itself would buffer without bound
_PATIENCE = 60.0  # seconds for a broker to appear
_QUIET = 10.0  # seconds without an acknowledgement until a line says so
_FAREWELL = 1.0  # seconds for what is on its way when the sending is broken off
_FOR_EVER = 2**31 - 1  # ms


class EventProducer:
    """Sends to the source topics; a context manager whose end waits for all acknowledgements.

    Raises RefusedError where a broker does not let us in, TopicsError where none appears within a minute, topics are
    missing, or the broker refuses a record for another reason than its size. A broker that goes away later is waited
    for; nothing is lost or sent twice meanwhile.
    """

    def __init__(self, kafka: settings.Kafka) -> None:
        self._producer = open_producer(kafka, _PATIENCE)
        self._broker = kafka.broker
        self._partitions = kafka.partitions
        self._unacknowledged = 0
        self._flushed = time.monotonic()
        self._refused: list[tuple[SourceRecord, KafkaError]] = []
        self.too_large: Counter[str] = Counter()  # records dead-lettered for their size, by topic

    def __enter__(self) -> EventProducer:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None:
            self.flush()
            self._producer.close()
        else:
            with contextlib.suppress(KafkaTimeoutError):
                self._producer.close(timeout=_FAREWELL)

    def send(self, record: SourceRecord) -> None:
        """Send `record` to its visitor's partition. Blocks while too much is not acknowledged yet."""
        key = (record.key or "").encode() or None
        if key is None and record.topic == PROFILES:
            key = b""  # a compacted topic takes nothing without a key
        try:
            future = self._producer.send(record.topic, record.value, key)
        except MessageSizeTooLargeError as error:
            self._refused.append((record, error))
        else:
            future.add_errback(lambda error: self._refused.append((record, error)))
        self._count()

    def heartbeat(self, timestamp: int) -> None:
        """Promise on every partition of every source topic that nothing older than `timestamp` (ms) follows there."""
        value = orjson.dumps({"event": HEARTBEAT, "timestamp": timestamp})
        for topic in SOURCE_TOPICS:
            for partition in range(self._partitions):
                self._producer.send(topic, value, HEARTBEAT.encode(), partition=partition)
        self._count(len(SOURCE_TOPICS) * self._partitions)

    def dead_letter(self, line: Unroutable) -> None:
        """Put `line` among the dead letters; its number stands for the offset, and the partition is -1."""
        letter = DeadLetter(
            topic=line.topic,
            partition=-1,
            offset=line.line,
            reason=line.reason,
            detail=line.detail,
            size=len(line.value),
            record=line.value[:_KEPT],
        )
        self._producer.send(DEAD_LETTERS, msgspec.json.encode(letter))
        self._count()

    def flush(self) -> None:
        """Wait until all is acknowledged; what was refused for its size becomes dead letters."""
        self._wait()
        self._unacknowledged, self._flushed = 0, time.monotonic()
        if self._refused:
            refused, self._refused = self._refused, []
            for record, error in refused:
                self._dead_letter_too_large(record, error)
            self._wait()

    def _count(self, records: int = 1) -> None:
        self._unacknowledged += records
        if self._unacknowledged >= _UNACKNOWLEDGED or time.monotonic() >= self._flushed + _QUIET:
            self.flush()

    def _wait(self) -> None:
        said = False
        while True:
            try:
                self._producer.flush(timeout=_QUIET)
                return
            except KafkaTimeoutError:
                if not said:
                    click.echo(f"kafka: {self._broker} acknowledges nothing; waiting for it", err=True)
                said = True

    def _dead_letter_too_large(self, record: SourceRecord, error: KafkaError) -> None:
        if not isinstance(error, (MessageSizeTooLargeError, RecordListTooLargeError)):
            raise TopicsError(f"{record.topic}: the broker refuses a record of visitor {record.key!r}: {error}")
        self.too_large[record.topic] += 1
        detail = f"the record has {len(record.value):,} bytes; the broker takes fewer (max.message.bytes of the topic)"
        self.dead_letter(Unroutable(record.topic, record.value, "too_large", detail, -1))


def open_producer(kafka: settings.Kafka, patience: float, **options: Any) -> KafkaProducer:
    """A producer that knows all topics; `options` are kafka-python's, over ours.

    Raises TopicsError where no broker appears within `patience` seconds, or topics are missing.
    """
    with connect(kafka, patience) as admin:
        wrong = [text for text in check(admin, kafka) if ": missing;" in text]
    if wrong:
        raise TopicsError(wrong[0])
    try:
        producer = KafkaProducer(**_options(kafka) | options)
        for topic in (*SOURCE_TOPICS, DEAD_LETTERS):
            producer.partitions_for(topic)  # now, for in an outage a topic's first record could not be sent
    except KafkaError as error:
        raise TopicsError(f"kafka: no broker answers at {kafka.broker} any more: {error}") from None
    return producer


def _options(kafka: settings.Kafka) -> dict[str, Any]:
    return {
        "bootstrap_servers": kafka.broker.split(","),
        **client_options(kafka),
        "acks": "all",
        # Twice as fast as nothing: kafka-python computes its checksums in Python. What gzip saves on the way costs a
        # worker that reads it as much again as reading it.
        "compression_type": "lz4",
        "batch_size": 256 * 1024,
        "linger_ms": 20,
        "max_request_size": _LARGEST,
        "delivery_timeout_ms": _FOR_EVER,
        "reconnect_backoff_max_ms": 2_000,
        "allow_auto_create_topics": False,  # the broker would choose the number of partitions
    }
