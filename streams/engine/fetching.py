"""Fetched records reach the agents batch by batch: to Faust all that was fetched of a partition is one record.

Faust's driver makes a Python object of a dozen fields of every record and hands agents one at a time. This consumer
takes what aiokafka has fetched before it is unpacked. Everything above it (streams, agents) then runs once a batch.

What the engine leans on inside of aiokafka (0.14) and Faust (0.15) is in this file, engine/batches.py,
engine/consuming.py, engine/membership.py and `commit` of engine/ingest.py; their tests fail where that changes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from aiokafka.consumer.fetcher import READ_COMMITTED, Fetcher, FetchResult, PartitionRecords
from aiokafka.errors import ConsumerStoppedError, CorruptRecordException
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread
from faust.types import TP

from streams.engine.batches import BY_KAFKA, Batch, Record
from streams.engine.unpacking import unpacked
from streams.events.columns import Ints
from streams.events.values import Values

_LOOK = 0.05  # seconds after which it is looked whether what was held back is so still
_WAIT = 100  # ms that the broker waits for records: while it does, partitions read meanwhile cannot be fetched


Valueless = Callable[[Record], bytes | None]


class Columns(NamedTuple):
    """Records, all of the same length."""

    offsets: Ints
    values: Values
    got: Ints  # ms: when Kafka got each, by its own clock, so the same whenever it is read; -1: it does not say


class Fetched:
    """A stretch of a partition's log, from offset `begin` up to but not including `end`.

    It may have fewer records than offsets: some were compacted away, or are marks of transactions. Read them once.
    """

    def __init__(self, begin: int, end: int, batches: Sequence[Iterable[Record]], written: int | None) -> None:
        """`written`: ms, when Kafka got the last record, as its timestamp says."""
        self.begin = begin
        self.end = end
        self.written = written
        self._batches = batches

    # Unpacked by the thread that reads the records: what one core has made and another uses costs both twice the time.

    def since(self, offset: int) -> Iterator[Record]:
        """The records from `offset` on. A compressed batch comes whole, though reading may begin in its middle."""
        batches, self._batches = self._batches, ()
        return (record for records in batches for record in records if record.offset >= offset)

    def columns(self, offset: int, valueless: Valueless | None = None) -> Columns:
        """The records from `offset` on; `valueless` makes a value where there is none."""
        batches, self._batches = self._batches, ()
        found = _at_once(batches)
        if found is None or (valueless is not None and found.values.some_lack):
            found = _one_by_one(batches, valueless or _no_value)
        new = slice(int(np.searchsorted(found.offsets, offset)), None)
        return Columns(found.offsets[new], found.values[new], found.got[new])


def _at_once(batches: Sequence[Iterable[Record]]) -> Columns | None:
    packed = [(batch.packed(), batch.got) for batch in batches if isinstance(batch, Batch)]
    some = [(batch, got) for batch, got in packed if batch is not None]
    found = unpacked([batch for batch, _ in some]) if len(some) == len(batches) else None
    if found is None:
        return None
    got = np.repeat([got for _, got in some], [batch.records for batch, _ in some])
    return Columns(*found, got)


def _one_by_one(batches: Sequence[Iterable[Record]], valueless: Valueless) -> Columns:
    read = [record for records in batches for record in records]
    values = [valueless(record) if record.value is None else record.value for record in read]
    got = [record.timestamp if record.timestamp_type == BY_KAFKA else -1 for record in read]
    offsets = np.array([record.offset for record in read], dtype=np.int64)
    return Columns(offsets, Values.of(values), np.array(got, dtype=np.int64))


def _no_value(_: Record) -> None:
    """As it is."""


class FetchedRecord:
    """Looks to Faust like one fetched record; `value` is the Fetched."""

    __slots__ = (
        "checksum", "headers", "key", "offset", "partition", "serialized_key_size", "serialized_value_size",
        "timestamp", "timestamp_type", "topic", "value",
    )  # fmt: skip

    def __init__(self, tp: TP, fetched: Fetched) -> None:
        self.topic, self.partition, self.offset = tp.topic, tp.partition, fetched.end - 1
        self.timestamp, self.timestamp_type, self.headers = fetched.written, 0, ()
        self.key = self.checksum = None
        self.serialized_key_size = self.serialized_value_size = 0
        self.value = fetched


def whole(unread: PartitionRecords) -> Iterator[Fetched]:
    """Everything in a fetched, not yet unpacked answer of the broker for one partition, as one Fetched."""
    begin, batches, written = unread.next_fetch_offset, [], None
    while unread._records.has_next():
        data, batch = unread._records.next_bytes(), unread._records.next_batch()
        if unread._check_crcs and not batch.validate_crc():
            raise CorruptRecordException(f"Invalid CRC - {unread._tp}")
        if not (_is_aborted(unread, batch) or batch.is_control_batch):
            batches.append(Batch(batch, data))
            written = batch.max_timestamp
        unread.next_fetch_offset = batch.next_offset
    yield Fetched(begin, unread.next_fetch_offset, batches, written)


def _is_aborted(unread: PartitionRecords, batch: Any) -> bool:
    """Is it of a transaction that was given up?"""
    if unread._isolation_level != READ_COMMITTED or batch.producer_id is None:
        return False
    unread._consume_aborted_up_to(batch.base_offset)
    if batch.is_control_batch and unread._contains_abort_marker(batch):
        unread._aborted_producers.discard(batch.producer_id)
    return bool(batch.is_transactional and batch.producer_id in unread._aborted_producers)


class FetchingThread(AIOKafkaConsumerThread):
    """Faust's consumer thread, which hands over whole answers, one partition's at a time, but for `consumer.held`."""

    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer: Any = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = _WAIT
        return consumer

    async def _fetch_records(
        self,
        consumer: Any,
        active_partitions: set[TP],
        timeout: float | None = None,
        max_records: int | None = None,  # noqa: ARG002 (Faust's signature)
    ) -> Any:
        if not self.consumer.flow_active:
            return {}
        fetcher: Fetcher = consumer._fetcher
        until = time.monotonic() + (timeout or 0.0)
        with fetcher._subscriptions.fetch_context():
            while True:
                if consumer._closed or fetcher._closed:
                    raise ConsumerStoppedError
                wanted = active_partitions - self.consumer.held  # type: ignore[attr-defined]
                for tp in [tp for tp in fetcher._records if tp in wanted]:
                    _take_whole(fetcher, tp)
                    answers = (await fetcher.fetched_records([tp])).get(tp)
                    if answers:
                        return {tp: [FetchedRecord(tp, fetched) for fetched in answers]}
                left = until - time.monotonic()
                if left <= 0:
                    return {}
                waiter = fetcher._create_fetch_waiter()
                await asyncio.wait([waiter], timeout=min(left, _LOOK))
                if not waiter.cancel():  # or the fetcher would keep it
                    waiter.result()  # raises what reading has failed for


def _take_whole(fetcher: Fetcher, tp: TP) -> None:
    result = fetcher._records.get(tp)
    if isinstance(result, FetchResult) and result._partition_records is not None:
        result._partition_records._records_iterator = whole(result._partition_records)
