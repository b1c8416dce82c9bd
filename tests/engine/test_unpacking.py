"""Records unpacked many at a time are those that aiokafka unpacks, or are left to it."""

from __future__ import annotations

from typing import Any, NamedTuple

from aiokafka.consumer.fetcher import Fetcher
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from hypothesis import given
from hypothesis import strategies as st

from streams.engine.batches import Answer, Batch
from streams.engine.unpacking import Packed, unpacked
from streams.events.values import Values

CODECS = (0, 1, 3, 4)  # none, gzip, lz4, zstd
HEAD = 61  # bytes of a batch before its records


class Sent(NamedTuple):
    gap: int  # offsets since the record before
    late: int  # ms since the first
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes | None]]


TEXT = st.binary(max_size=300).map(lambda some: some.replace(b"\0", b"0"))
JSON = TEXT.map(lambda some: b"{" + some + b"}")
PLAIN = st.builds(Sent, st.integers(1, 300), st.integers(0, 70_000), TEXT.filter(len), JSON, st.just([]))
ANY = st.builds(
    Sent,
    st.integers(1, 300),
    st.integers(-5, 70_000),
    st.none() | st.binary(max_size=20),
    st.none() | st.binary(max_size=300),
    st.lists(st.tuples(st.text(max_size=3), st.none() | st.binary(max_size=9)), max_size=2),
)


def made(base: int, records: list[Sent], codec: int) -> bytes:
    builder, offset = DefaultRecordBatchBuilder(2, codec, 0, -1, 0, 0, 1_000_000), -1
    for gap, late, key, value, headers in [records[0]._replace(gap=1), *records[1:]]:
        offset += gap
        assert builder.append(offset, 1_767_225_600_000 + late, key, value, headers)
    raw = bytearray(builder.build())
    raw[0:8] = base.to_bytes(8, "big")
    return bytes(raw)


def batches(data: bytes) -> list[Batch]:
    answer, out = Answer(data), []
    while answer.has_next():
        raw: Any = answer.next_bytes()
        out.append(Batch(answer.next_batch(), raw))
    return out


def joined(sent: list[tuple[list[Sent], int]]) -> bytes:
    return b"".join(made(10_000 * number, records, codec) for number, (records, codec) in enumerate(sent))


def packed(data: bytes) -> list[Packed]:
    found = [batch.packed() for batch in batches(data)]
    return [each for each in found if each is not None]


def said(found: tuple[Any, Values]) -> list[tuple[int, bytes | None]]:
    offsets, values = found
    return list(zip(offsets.tolist(), values, strict=True))


def by_aiokafka(data: bytes) -> list[tuple[int, bytes | None]]:
    return [(record.offset, record.value) for batch in batches(data) for record in batch]


@given(st.lists(st.tuples(st.lists(PLAIN, min_size=1, max_size=8), st.sampled_from(CODECS)), min_size=1, max_size=4))
def test_plain_records_are_unpacked_at_once(sent: list[tuple[list[Sent], int]]) -> None:
    data = joined(sent)
    found = unpacked(packed(data))
    assert found is not None
    assert said(found) == by_aiokafka(data)


@given(st.lists(st.tuples(st.lists(ANY, min_size=1, max_size=5), st.sampled_from(CODECS)), min_size=1, max_size=3))
def test_others_too_or_not_at_all(sent: list[tuple[list[Sent], int]]) -> None:
    data = joined(sent)
    found = unpacked(packed(data))
    assert found is None or said(found) == by_aiokafka(data)


@given(st.lists(PLAIN, min_size=1, max_size=5))
def test_between_values_is_white_space(records: list[Sent]) -> None:
    found = unpacked(packed(made(0, records, 0)))
    assert found is not None
    values = found[1]
    before = 0
    for start, end in zip(values.starts.tolist(), values.ends.tolist(), strict=True):
        between = bytes(values.text[before:start])
        assert between.endswith(b"\n")
        assert not between.strip()
        before = end


@given(st.binary(max_size=60), st.integers(0, 5))
def test_what_holds_no_records_is_left(data: bytes, records: int) -> None:
    found = unpacked([Packed(0, records, data)])
    assert found is None or len(found[1]) == records


@given(st.lists(PLAIN, min_size=2, max_size=5), st.data())
def test_a_batch_of_another_number_than_it_says_is_left(records: list[Sent], data: st.DataObject) -> None:
    (whole,) = packed(made(0, records, 0))
    wrong = data.draw(st.integers(0, 10).filter(lambda number: number != len(records)))
    assert unpacked([whole._replace(records=wrong)]) is None
    assert unpacked([whole, whole._replace(text=whole.text[:-1])]) is None


def test_aiokafka_reads_answers_by_the_name_that_is_replaced() -> None:
    assert "MemoryRecords" in Fetcher._proc_fetch_request.__code__.co_names
    assert Fetcher._proc_fetch_request.__globals__["MemoryRecords"] is Answer
