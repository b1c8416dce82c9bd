"""What a broker answers a fetch with, batch by batch, with the bytes that aiokafka's own reader keeps to itself.

It leans on the inside of aiokafka (0.14), as engine/fetching.py does; its tests fail where that changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from aiokafka import codec
from aiokafka.consumer import fetcher
from aiokafka.record.memory_records import MemoryRecords

from streams.engine.unpacking import Packed

# Of a batch: where its length is, its number of records, and the records.
_FORMAT, _LENGTH, _COUNT, _RECORDS = 2, slice(8, 12), slice(57, 61), 61
_OVERHEAD = 12  # bytes that its length does not count
BY_KAFKA = 1  # type of a timestamp: when Kafka got the record
_UNCOMPRESS = {0: bytes, 1: codec.gzip_decode, 2: codec.snappy_decode, 3: codec.lz4_decode, 4: codec.zstd_decode}


class Answer(MemoryRecords):  # type: ignore[misc]
    """What the broker has sent of a partition, as aiokafka reads it, which would not give out the bytes."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._rest = memoryview(data)

    def next_bytes(self) -> memoryview:
        """Those of the next batch; to be called as often as `next_batch`."""
        size = _OVERHEAD + int.from_bytes(self._rest[_LENGTH], "big")
        batch, self._rest = self._rest[:size], self._rest[size:]
        return batch


fetcher.MemoryRecords = Answer  # by this name aiokafka makes them


class Record(Protocol):
    """A record, aiokafka's."""

    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...  # ms
    @property
    def timestamp_type(self) -> int: ...  # BY_KAFKA, or the producer's
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...


class Batch:
    """Records that lie together in the log, as they were sent. Iterating unpacks them, and goes once."""

    def __init__(self, batch: Any, data: memoryview) -> None:
        """`batch` is aiokafka's, of the same `data`."""
        self._batch = batch
        self._data = data

    def __iter__(self) -> Iterator[Record]:
        return iter(self._batch)

    @property
    def got(self) -> int:
        """When Kafka got it (ms), -1 where it does not say."""
        return int(self._batch.max_timestamp) if self._batch.timestamp_type == BY_KAFKA else -1

    def packed(self) -> Packed | None:
        """The same, uncompressed; None where they are in an older format."""
        if self._batch.magic != _FORMAT:
            return None
        text = _UNCOMPRESS[self._batch.compression_type](bytes(self._data[_RECORDS:]))
        return Packed(self._batch.base_offset, int.from_bytes(self._data[_COUNT], "big"), text)
