"""A KafkaConsumer that says so when the brokers are gone, instead of falling silent."""

from __future__ import annotations

import contextlib
import logging
import time
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import KafkaError

from streams.security.kafka import client_options
from streams.security.login import knock, try_login
from streams.settings import Kafka

ANSWER_WITHIN_MS = 5_000
POLL_MS = 500
RECORDS_A_POLL = 2_000
QUIET_S = 5.0  # nothing read for so long: ask whether anybody is there

# kafka-python tells every failed try several times over; one line of ours tells it once.
logging.getLogger("kafka").setLevel(logging.CRITICAL)


class OutageError(Exception):
    """No broker answers, or a topic is not there; the message is the line to log."""


class Connection:
    """One KafkaConsumer over `topics`. A connection that fails is closed and made anew by its owner."""

    def __init__(self, kafka: Kafka, topics: tuple[str, ...], **options: Any) -> None:
        """Connect. `options` are kafka-python's.

        Raises OutageError, RefusedError where a broker does not let us in, SettingsError.
        """
        self._broker = kafka.broker
        self._topics = topics
        reach(kafka)
        try:
            self.consumer = KafkaConsumer(
                bootstrap_servers=kafka.broker.split(","),
                bootstrap_timeout_ms=ANSWER_WITHIN_MS,
                allow_auto_create_topics=False,
                auto_offset_reset="earliest",
                enable_auto_commit=False,
                isolation_level="read_committed",  # nothing of a checkpoint that a worker did not live to end
                max_poll_records=RECORDS_A_POLL,
                **client_options(kafka),
                **options,
            )
        except (KafkaError, OSError) as error:
            with contextlib.suppress(OSError):  # it has gone meanwhile
                try_login(kafka)
            raise self.outage(error) from None
        try:
            self.partitions = self._partitions()
        except BaseException:
            self.close()
            raise
        self._heard = time.monotonic()

    def poll(self) -> list[ConsumerRecord]:
        """Records in the order of each partition, at most half a second's wait. Raises OutageError."""
        try:
            fetched = self.consumer.poll(timeout_ms=POLL_MS)
        except (KafkaError, OSError) as error:
            raise self.outage(error) from None
        now = time.monotonic()
        if fetched:
            self._heard = now
        elif now - self._heard > QUIET_S:
            self._check()
            self._heard = time.monotonic()
        return [record for records in fetched.values() for record in records]

    def ends(self) -> dict[TopicPartition, int]:
        """The offset after the last record of each partition. Raises OutageError."""
        try:
            ends: dict[TopicPartition, int] = self.consumer.end_offsets(self.partitions, timeout_ms=ANSWER_WITHIN_MS)
        except (KafkaError, OSError) as error:
            raise self.outage(error) from None
        return ends

    def behind(self, ends: dict[TopicPartition, int]) -> bool:
        """Whether a record before `ends` is still to be read. Raises OutageError."""
        try:
            positions = {part: self.consumer.position(part, timeout_ms=ANSWER_WITHIN_MS) for part in ends}
        except (KafkaError, OSError) as error:
            raise self.outage(error) from None
        return any((positions[part] or 0) < end for part, end in ends.items())

    def outage(self, error: Exception) -> OutageError:
        """`error` in the words of the line to log."""
        return OutageError(f"kafka: no good answer from {self._broker}: {str(error) or type(error).__name__}")

    def close(self) -> None:
        """Leave, without waiting for brokers that may be gone."""
        self.consumer.close(autocommit=False, timeout_ms=1_000)

    def _check(self) -> None:
        # A broker that has gone makes polls come back empty; only a question of our own tells it from a quiet topic.
        self.ends()
        if self._partitions() != self.partitions:
            raise OutageError(f"kafka: {' and '.join(self._topics)} have other partitions than before")

    def _partitions(self) -> list[TopicPartition]:
        try:
            known = {topic: self.consumer.partitions_for_topic(topic) for topic in self._topics}
        except (KafkaError, OSError) as error:
            raise self.outage(error) from None
        missing = [topic for topic, partitions in known.items() if not partitions]
        if missing:
            raise OutageError(f"kafka: no topic {' or '.join(missing)} yet (`segpulse topics create` makes it)")
        return [TopicPartition(topic, number) for topic in self._topics for number in sorted(known[topic])]


def reach(kafka: Kafka) -> None:
    """Raise OutageError where nobody listens. A KafkaConsumer that cannot connect leaves a thread behind each time."""
    try:
        knock(kafka)
    except OSError as error:
        why = error.strerror or str(error)
        raise OutageError(f"kafka: no broker answers at {kafka.broker}: {why}") from None
