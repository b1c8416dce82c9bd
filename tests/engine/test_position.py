"""Whatever is handed over, however often: every record is taken once, in order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from streams.engine.fetching import Fetched
from streams.engine.position import Position
from tests.engine.made import Made, fetched


class Fetcher:
    """A log with gaps (compacted away), fetched from where reading is, with batches of before a seek in between."""

    def __init__(self, offsets: list[int]) -> None:
        self.log = [Made(offset) for offset in offsets]
        self.end = offsets[-1] + 1 if offsets else 0
        self.at = 0

    def fetch(self, size: int, at: int | None = None) -> Fetched:
        """The next `size` records from `at`, else from where reading is, which then goes on behind them."""
        begin = self.at if at is None else at
        batch = [record for record in self.log if record.offset >= begin][:size]
        end = batch[-1].offset + 1 if len(batch) == size else max(self.end, begin)
        if at is None:
            self.at = end
        return Fetched(begin, end, [batch], None)


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

    def take(batch: Fetched) -> None:
        since = position.take(batch)
        if since is None:
            fetcher.at = position.expected
        else:
            taken.extend(record.offset for record in batch.since(since))

    for size, stale in fetches:
        if stale is not None and stale not in stale_ahead:
            # Fetched before a seek. The same one never comes twice: the seek has thrown it away.
            stale_ahead.add(stale)
            take(fetcher.fetch(size, stale))
        take(fetcher.fetch(size))
    fetcher.at = position.expected
    for _ in range(2 * len(offsets) + 2):
        take(fetcher.fetch(5))
    assert taken == [offset for offset in offsets if offset >= expected]


def test_a_gap_is_believed_when_it_comes_again() -> None:
    position = Position(5)
    assert position.take(fetched([Made(9), Made(10)])) is None
    assert position.expected == 5
    assert position.take(fetched([Made(9), Made(10)])) == 9
    assert position.expected == 11


def test_a_batch_from_ahead_is_not() -> None:
    position = Position(5)
    assert position.take(fetched([Made(9)])) is None
    assert position.take(fetched([Made(4), Made(5), Made(6)])) == 5
    assert position.take(fetched([Made(9)])) is None, "not the gap of before"


def test_a_gap_that_grows_meanwhile_is_believed_too() -> None:
    """More has expired by the second look; it would be asked for for ever."""
    position = Position(5)
    assert position.take(fetched([Made(9)])) is None
    assert position.take(fetched([Made(12)])) is None
    assert position.take(fetched([Made(12)])) == 12


def test_what_is_missing_within_a_batch_is_missing_in_the_log() -> None:
    position = Position(5)
    assert position.take(fetched([Made(7), Made(9)], begin=5, end=12)) == 5
    assert position.expected == 12, "the last ones were marks of a transaction, or compacted away"
    assert position.take(Fetched(12, 14, [], None)) == 12
    assert position.expected == 14


def test_nothing_new() -> None:
    position, batch = Position(5), fetched([Made(3), Made(4)])
    assert position.take(batch) == batch.end
    assert position.expected == 5
