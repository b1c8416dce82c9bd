"""Reorder, dedupe and the watermark, against a list, a dict and a loop."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from streams.events.columns import Ints, Prints
from streams.events.dedupe import Dedupe
from streams.events.fingerprints import fingerprints, joined
from streams.events.reorder import Reorder
from streams.events.watermark import Clock
from tests.events.made import columns

moves = st.lists(
    st.tuples(st.integers(0, 2), st.lists(st.integers(0, 30), max_size=6)) | st.integers(0, 40),
    max_size=15,
)


@given(moves)
def test_events_leave_in_order_once_the_watermark_has_passed_them(moves: list[tuple[int, list[int]] | int]) -> None:
    """A move is a batch (topic, times) or a watermark."""
    reorder, waiting, read = Reorder(), list[tuple[int, int, int]](), [0, 0, 0]
    for move in moves:
        if isinstance(move, tuple):
            topic, times = move
            offsets = range(read[topic], read[topic] + len(times))
            reorder.add(columns(times, [topic] * len(times), offset=offsets))
            waiting += [(time, topic, offset) for time, offset in zip(times, offsets, strict=True)]
            read[topic] += len(times)
        else:
            due = sorted(each for each in waiting if each[0] < move)
            waiting = [each for each in waiting if each[0] >= move]
            found = reorder.take(move)
            rows = [] if found is None else [found.time.tolist(), found.topic.tolist(), found.offset.tolist()]
            assert list(zip(*rows, strict=True)) == due
            assert found is None or due
        assert len(reorder) == len(waiting)


HORIZON = 100
_events = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 1), st.none() | st.sampled_from(["0", "1", "10", ""])),
    max_size=30,
)


@given(_events, st.lists(st.integers(1, 10), max_size=30), st.booleans())
def test_an_id_counts_again_only_after_the_horizon_however_batched(
    events: list[tuple[int, int, str | None]], sizes: list[int], forgets: bool
) -> None:
    time, timed = 0, []
    for step, visitor, ident in events:
        time += step
        timed.append((visitor, ident, time))
    last: dict[tuple[int, str], int] = {}
    expected = []
    for visitor, ident, time in timed:
        known = None if ident is None else last.get((visitor, ident))
        expected.append(known is None or time - known > HORIZON)
        if ident is not None:
            last[visitor, ident] = time
    dedupe, found = Dedupe(HORIZON), list[bool]()
    while len(found) < len(timed):
        batch = timed[len(found) :][: sizes.pop() if sizes else None]
        found += dedupe.fresh(*identified(batch)).tolist()
        if forgets:
            dedupe.forget(batch[-1][2])
    assert found == expected


def identified(events: Sequence[tuple[int, str | None, int]]) -> tuple[Prints, Ints]:
    """Fingerprints and times of (visitor, id, time)."""
    prints = joined(
        fingerprints(ident or "" for _, ident, _ in events), fingerprints(str(visitor) for visitor, _, _ in events)
    )
    prints[[ident is None for _, ident, _ in events]] = 0
    return prints, np.array([time for _, _, time in events], dtype=np.int64)


def test_ids_are_forgotten() -> None:
    dedupe = Dedupe(HORIZON)
    for time in range(0, 10_000, 10):
        dedupe.fresh(*identified([(0, f"once {time}", time), (0, "again and again", time)]))
        dedupe.forget(time)
    assert len(dedupe) < 2 * HORIZON / 10
    dedupe.forget(1_000_000)
    assert not len(dedupe)


def test_a_late_repetition_is_one() -> None:
    dedupe = Dedupe(HORIZON)
    assert dedupe.fresh(*identified([(0, "id", 1000), (0, "id", 950)])).tolist() == [True, False]


STEP = 10
clock_moves = st.lists(st.tuples(st.sampled_from(["saw", "passed"]), st.sampled_from("abc"), st.integers(0, 500)))


@given(clock_moves, st.integers(0, 50))
def test_the_watermark_is_the_slowest_topic_s_and_never_falls(moves: list[tuple[str, str, int]], lateness: int) -> None:
    clock, reached = Clock("abc", lateness, STEP), dict[str, int]()
    before: int | None = None
    for how, topic, time in moves:
        getattr(clock, how)(topic, time)
        reached[topic] = max(time, reached.get(topic, time))
        due = clock.due()
        watermark = None if due is None else clock.rise(due)
        if len(reached) < 3:
            assert watermark is None
        else:
            assert watermark == (min(reached.values()) - lateness) // STEP * STEP
            assert before is None or watermark >= before
        before = watermark


def test_who_is_far_ahead_of_the_slowest() -> None:
    clock = Clock("abc", 0, STEP)
    clock.saw("a", 100)
    clock.saw("b", 500)
    assert clock.ahead(1_000) == {"a", "b"}, "c has said nothing, so all wait for it"
    clock.passed("c", 200)
    assert clock.ahead(399) == {"b"}
    assert clock.ahead(400) == set()
