"""Faust works batch by batch: one event per fetched partition batch instead of one per record.

The setting ConsumerScheduler decides in which order fetched records reach the streams. This one hands over one
record-like object per partition, whose value is the list of its records and whose offset is that of the last.
Everything above it (streams, agents, table recovery) then runs once a batch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from faust.transport.utils import DefaultSchedulingStrategy
from faust.types import TP


class Raw(NamedTuple):
    """A record as fetched."""

    offset: int
    key: bytes | None
    value: bytes | None


class BatchRecord:
    """Looks to Faust like one fetched record; `value` is the whole batch, a list of Raw."""

    __slots__ = (
        "checksum", "headers", "key", "offset", "partition", "serialized_key_size", "serialized_value_size",
        "timestamp", "timestamp_type", "topic", "value",
    )  # fmt: skip

    def __init__(self, records: Sequence[Any]) -> None:
        last = records[-1]
        self.topic, self.partition, self.offset = last.topic, last.partition, last.offset
        self.timestamp, self.timestamp_type, self.headers = last.timestamp, last.timestamp_type, last.headers
        self.key = self.checksum = None
        self.serialized_key_size = self.serialized_value_size = 0
        self.value = [Raw(record.offset, record.key, record.value) for record in records]


class BatchScheduler(DefaultSchedulingStrategy):
    """Each partition's fetched records as one, in the order in which they were fetched."""

    def iterate(self, records: Mapping[TP, list[Any]]) -> Iterator[tuple[TP, Any]]:
        """See DefaultSchedulingStrategy."""
        for tp, batch in records.items():
            if batch:
                yield tp, BatchRecord(batch)
