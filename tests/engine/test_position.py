"""Whatever is handed over, however often: every record is taken once, in order."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from streams.engine.position import Position


class Record(NamedTuple):
    offset: int


class Fetcher:
    """A log with gaps (compacted away), fetched from where reading is, with batches of before a seek in between."""

    def __init__(self, offsets: list[int]) -> None:
        self.log = [Record(offset) for offset in offsets]
        self.at = 0

    def fetch(self, size: int) -> list[Record]:
        batch = [record for record in self.log if record.offset >= self.at][:size]
        if batch:
            self.at = batch[-1].offset + 1
        return batch


@given(
    st.sets(st.integers(0, 40)).map(sorted),
    st.integers(0, 10),
    st.lists(st.tuples(st.integers(1, 10), st.none() | st.integers(0, 40)), max_size=60),
)
def test_each_record_once_and_in_order(
    offsets: list[int], expected: int, fetches: list[tuple[int, int | None]]
) -> None:
    fetcher, position, taken = Fetcher(offsets), Position(expected), list[int]()
    stale_ahead: set[int] = set()

    def take(batch: list[Record]) -> None:
        new = position.take(batch)
        if new is None:
            fetcher.at = position.expected
        else:
            taken.extend(record.offset for record in new)

    for size, stale in fetches:
        if stale is not None:
            # Fetched before a seek. The same one never comes twice: the seek has thrown it away.
            batch = [record for record in fetcher.log if record.offset >= stale][:size]
            if batch and batch[0].offset not in stale_ahead:
                stale_ahead.add(batch[0].offset)
                take(batch)
        take(fetcher.fetch(size))
    fetcher.at = position.expected
    for _ in range(2 * len(offsets) + 2):
        take(fetcher.fetch(5))
    assert taken == [offset for offset in offsets if offset >= expected]


def test_a_gap_is_believed_when_it_comes_again() -> None:
    position = Position(5)
    assert position.take([Record(9), Record(10)]) is None
    assert position.expected == 5
    assert position.take([Record(9), Record(10)]) == [Record(9), Record(10)]
    assert position.expected == 11


def test_a_batch_from_ahead_is_not() -> None:
    position = Position(5)
    assert position.take([Record(9)]) is None
    assert position.take([Record(4), Record(5), Record(6)]) == [Record(5), Record(6)]
    assert position.take([Record(9)]) is None, "not the gap of before"


def test_nothing_new() -> None:
    position = Position(5)
    assert position.take([]) == []
    assert position.take([Record(3), Record(4)]) == []
    assert position.expected == 5
