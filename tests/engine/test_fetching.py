"""What is fetched passes through Faust as one record; what it leans on inside of aiokafka and Faust is there."""

from __future__ import annotations

from typing import Any

import faust
import pytest
from aiokafka import TopicPartition
from aiokafka.consumer.fetcher import READ_COMMITTED, READ_UNCOMMITTED, PartitionRecords
from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from faust.types import TP
from hypothesis import given
from hypothesis import strategies as st

from streams.engine.batches import Answer
from streams.engine.consuming import EngineConsumer, EngineTransport
from streams.engine.fetching import Fetched, FetchedRecord, whole

CODECS = (0, 3)  # none, lz4
ABORT, COMMIT = b"\0\0\0\0", b"\0\0\0\1"


def batch(base: int, offsets: list[int], codec: int = 0, producer: int = -1, attributes: int = 0) -> bytes:
    """A record batch at `base` with records at these offsets from it; bits in `attributes` mark transactions."""
    builder = DefaultRecordBatchBuilder(2, codec, attributes & 0x10, producer, 0, 0, 1_000_000)
    for offset in offsets:
        key = b"k%d" % (base + offset)
        assert builder.append(offset, 1_767_225_600_000 + base + offset, key, b"v%d" % (base + offset), [])
    raw = bytearray(builder.build())
    raw[0:8] = base.to_bytes(8, "big")
    return bytes(raw)


def control(base: int, producer: int, mark: bytes) -> bytes:
    builder = DefaultRecordBatchBuilder(2, 0, 1, producer, 0, 0, 1_000)
    builder.append(0, 0, mark, b"\0\0\0\0\0\0", [])
    raw = bytearray(builder.build())
    raw[0:8] = base.to_bytes(8, "big")
    raw[22] |= 0x20  # a control batch
    return bytes(raw)


def fetched(data: bytes, at: int, aborted: list[tuple[int, int]] | None = None, committed: bool = True) -> Fetched:
    level = READ_COMMITTED if committed else READ_UNCOMMITTED
    unread = PartitionRecords(TopicPartition("t", 0), Answer(data), aborted, at, None, None, False, level)
    (found,) = whole(unread)
    assert unread.next_fetch_offset == found.end
    return found


@given(st.lists(st.tuples(st.integers(1, 5), st.sampled_from(CODECS)), min_size=1, max_size=4), st.integers(0, 30))
def test_all_records_from_where_reading_is(sizes: list[tuple[int, int]], at: int) -> None:
    data, base = b"", 0
    for size, codec in sizes:
        data += batch(base, list(range(size)), codec)
        base += size
    found = fetched(data, min(at, base))
    assert (found.begin, found.end) == (min(at, base), base)
    assert found.written == 1_767_225_600_000 + base - 1
    expected = range(min(at, base), base)
    assert [(record.offset, record.value) for record in found.since(min(at, base))] == [
        (offset, b"v%d" % offset) for offset in expected
    ]
    offsets, values, _ = fetched(data, 0).columns(min(at, base))
    assert (offsets.tolist(), list(values)) == (list(expected), [b"v%d" % offset for offset in expected])


@given(st.sets(st.integers(0, 30), min_size=1).map(sorted), st.integers(0, 31))
def test_compacted_logs_have_gaps(offsets: list[int], since: int) -> None:
    found, values, _ = fetched(batch(0, offsets), 0).columns(since)
    assert found.tolist() == [offset for offset in offsets if offset >= since]
    assert list(values) == [b"v%d" % offset for offset in offsets if offset >= since]


@pytest.mark.parametrize("plain", [True, False])
def test_when_kafka_got_a_batch(plain: bool) -> None:
    """By its own clock; what a producer says is not that."""
    first, by_kafka = batch(0, [0, 1]), bytearray(batch(2, [0, 1]))
    by_kafka[22] |= 0x08  # LogAppendTime
    by_kafka[35:43] = (1_767_225_700_000).to_bytes(8, "big")  # the largest timestamp
    headers = DefaultRecordBatchBuilder(2, 0, 0, -1, 0, 0, 1_000)
    headers.append(0, 5, b"k", b"v", [] if plain else [("h", b"")])
    last = bytearray(headers.build())
    last[0:8] = (4).to_bytes(8, "big")
    offsets, _, got = fetched(first + bytes(by_kafka) + bytes(last), 0).columns(1)
    assert offsets.tolist() == [1, 2, 3, 4]
    assert got.tolist() == [-1, 1_767_225_700_000, 1_767_225_700_000, -1]


def test_what_was_given_up_is_not_handed_over_and_marks_are_no_records() -> None:
    data = (
        batch(0, [0, 1], producer=7, attributes=0x10)
        + batch(2, [0], producer=8, attributes=0x10)
        + control(3, 7, ABORT)
        + control(4, 8, COMMIT)
        + batch(5, [0], producer=7, attributes=0x10)
        + control(6, 7, COMMIT)
    )
    found = fetched(data, 0, aborted=[(7, 0)])
    assert ([record.offset for record in found.since(0)], found.end) == ([2, 5], 7)
    found = fetched(data, 0, aborted=None, committed=False)
    assert ([record.offset for record in found.since(0)], found.end) == ([0, 1, 2, 5], 7)


def test_a_broken_batch_is_told() -> None:
    raw = bytearray(batch(0, [0]))
    raw[-3] ^= 1
    unread = PartitionRecords(TopicPartition("t", 0), Answer(bytes(raw)), None, 0, None, None, True, READ_COMMITTED)
    with pytest.raises(CorruptRecordException):
        list(whole(unread))


def app(name: str) -> faust.App:
    made = faust.App(name, broker="kafka://nowhere:1", web_enabled=False)
    made.transport = EngineTransport(made.conf.broker_consumer, made)
    return made


def test_faust_makes_a_message_of_it() -> None:
    consumer: Any = app("test-message").transport.create_consumer(
        _ignore, on_partitions_revoked=_ignore, on_partitions_assigned=_ignore
    )
    assert isinstance(consumer, EngineConsumer)
    value = Fetched(3, 9, [], 1_767_225_600_004)
    message: Any = consumer._to_message(TP("clicks", 0), FetchedRecord(TP("clicks", 0), value))
    assert (message.topic, message.partition, message.offset) == ("clicks", 0, 8)
    assert message.value is value
    assert message.key is None
    assert message.timestamp == 1_767_225_600.004


def test_faust_hands_over_one_record_a_partition() -> None:
    consumer: Any = app("test-scheduler").transport.create_consumer(
        _ignore, on_partitions_revoked=_ignore, on_partitions_assigned=_ignore
    )
    tps = [TP("clicks", 0), TP("clicks", 1)]
    records = {tp: [FetchedRecord(tp, Fetched(0, 5, [], None))] for tp in tps}
    assert list(consumer.scheduler.iterate(records)) == [(tp, records[tp][0]) for tp in tps]


async def _ignore(*_: Any) -> None:
    """No broker, so nothing comes."""
