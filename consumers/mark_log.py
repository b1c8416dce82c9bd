"""Writing to `alert_marks`: what is said there is Kafka's before anybody is told that it was."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from kafka import KafkaProducer
from kafka.errors import KafkaError

from consumers.connection import ANSWER_WITHIN_MS, OutageError, reach
from streams.events.topics import ALERT_MARKS
from streams.messages import AlertMark
from streams.security.kafka import client_options
from streams.settings import Kafka


def write_marks(kafka: Kafka, marks: Mapping[str, AlertMark | None]) -> None:
    """Return when Kafka has taken all of `marks`, by key; None takes one back. Raises OutageError.

    People write a few an hour, so each time it is a connection of its own.
    """
    reach(kafka)
    try:
        producer = KafkaProducer(
            bootstrap_servers=kafka.broker.split(","),
            **client_options(kafka),
            acks="all",
            max_block_ms=ANSWER_WITHIN_MS,
            request_timeout_ms=ANSWER_WITHIN_MS,
        )
    except (KafkaError, OSError) as error:
        raise _outage(kafka, error) from None
    try:
        sent = [producer.send(ALERT_MARKS, key=key.encode(), value=_encoded(mark)) for key, mark in marks.items()]
        for each in sent:
            each.get(timeout=2 * ANSWER_WITHIN_MS / 1000)
    except (KafkaError, OSError) as error:
        raise _outage(kafka, error) from None
    finally:
        producer.close(timeout=1)


def _encoded(mark: AlertMark | None) -> bytes | None:
    return None if mark is None else msgspec.json.encode(mark)


def _outage(kafka: Kafka, error: Exception) -> OutageError:
    return OutageError(f"kafka: {kafka.broker} did not take it: {str(error) or type(error).__name__}")
