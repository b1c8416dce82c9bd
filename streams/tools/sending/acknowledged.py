"""Records of which the sender waits for the acknowledgement, each with its place."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import NamedTuple

from kafka import KafkaProducer
from kafka.partitioner import murmur2

_GRACE = 1.0  # seconds after which an answer that is due is not waited for any more


class Keyed(NamedTuple):
    """A record with its place: the partition of `placed_by`, as every producer places what has that key."""

    topic: str
    key: bytes
    placed_by: bytes
    value: bytes


def send_all_acknowledged(producer: KafkaProducer, records: Iterable[Keyed], partitions: int, seconds: float) -> None:
    """Send `records` and return when all are acknowledged. Raises KafkaError where one is not within `seconds`.

    The producer's own delivery_timeout_ms should be as long: what is not acknowledged by then is not sent later.
    """
    until = time.monotonic() + seconds + _GRACE
    sent = [
        producer.send(each.topic, each.value, each.key, partition=partition_of(each.placed_by, partitions))
        for each in records
    ]
    for future in sent:
        future.get(timeout=max(0.0, until - time.monotonic()))


def partition_of(key: bytes, partitions: int) -> int:
    """Where Java's and Python's clients put records of this key: murmur2, without its sign."""
    return int((murmur2(key) & 0x7FFFFFFF) % partitions)
