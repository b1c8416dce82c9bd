"""Sessions, against a loop over each visitor's events."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from streams.events.columns import Bools, Ints, Ranks, Rows
from streams.events.sessions import NOTHING, OpenSession, Sessions
from streams.events.topics import SOURCE_TOPICS

GAP = 30
VIEWS, CLICKS, FILLS = 1, 2, 3

events = st.lists(
    st.tuples(st.sampled_from([0, 1, 5, 15, GAP, GAP + 1]), st.integers(0, 2), st.sampled_from([VIEWS, CLICKS, FILLS])),
    max_size=40,
)


class Plain:
    """The numbers of the events that open a session, are the second of theirs, or the first click or form fill in it;
    of those that are not the first, the time since the one before; and of each, which one opened its session."""

    def __init__(self, timed: list[tuple[int, int, int]]) -> None:
        self.opens, self.seconds, self.firsts = list[int](), list[int](), dict[int, list[int]]({CLICKS: [], FILLS: []})
        self.since: dict[int, int] = {}
        self.after, self.opening = list[int](), list[int]()
        sessions: dict[int, list[tuple[int, int]]] = {}
        opened: dict[int, int] = {}
        for number, (time, visitor, topic) in enumerate(timed):
            session = sessions.get(visitor, [])
            self.after.append(session[-1][1] if session and time - session[-1][0] <= GAP else NOTHING)
            if not session or time - session[-1][0] > GAP:
                session = sessions[visitor] = []
                self.opens.append(number)
            else:
                self.since[number] = time - session[-1][0]
                if len(session) == 1:
                    self.seconds.append(number)
            if topic in self.firsts and topic not in {had for _, had in session}:
                self.firsts[topic].append(number)
            session.append((time, topic))
            opened[visitor] = self.opens[-1] if len(session) == 1 else opened[visitor]
            self.opening.append(opened[visitor])


@given(events, st.lists(st.integers(0, 10), max_size=40))
def test_sessions_across_batches(drafts: list[tuple[int, int, int]], sizes: list[int]) -> None:
    time, timed = 0, []
    for step, visitor, topic in drafts:
        time += step
        timed.append((time, visitor, topic))
    sessions, expected, done = Sessions(GAP, [CLICKS, FILLS]), Plain(timed), 0
    opens, seconds, since, after = list[int](), list[int](), dict[int, int](), list[int]()
    opening, opened = list[int](), dict[int, int]()
    firsts = dict[int, list[int]]({CLICKS: [], FILLS: []})
    while done < len(timed):
        batch = timed[done:][: sizes.pop() if sizes else None]
        when, who, what = np.array(batch, dtype=np.int64).reshape(-1, 3).T
        parts = sessions.count(who.astype(np.int32), when, what.astype(np.int8), np.zeros(len(who), dtype=np.bool_))
        opens += sorted((parts.opens + done).tolist())
        seconds += sorted((parts.seconds + done).tolist())
        after += parts.after.tolist()
        since |= zip((parts.later + done).tolist(), parts.elapsed.tolist(), strict=True)
        for visitor, here in zip(who.tolist(), parts.opening.tolist(), strict=True):
            opened[visitor] = here + done if here >= 0 else opened[visitor]
            opening.append(opened[visitor])
        for topic, at in parts.firsts.items():
            firsts[topic] += sorted((at + done).tolist())
        done += len(batch)
    assert (opens, seconds, firsts, since) == (expected.opens, expected.seconds, expected.firsts, expected.since)
    assert (after, opening) == (expected.after, expected.opening)


def seen(visitor: int, times: list[int], topic: int, opened: int = -1) -> tuple[Rows, Ints, Ranks, Bools]:
    n = len(times)
    who, what = np.full(n, visitor, dtype=np.int32), np.full(n, topic, dtype=np.int8)
    return who, np.array(times, dtype=np.int64), what, np.arange(n) == opened


def test_a_late_event_opens_nothing_and_closes_nothing() -> None:
    sessions = Sessions(GAP, [FILLS])
    sessions.count(*seen(0, [1000], VIEWS))
    parts = sessions.count(*seen(0, [900, 1010], VIEWS))
    assert not len(parts.opens)
    assert parts.seconds.tolist() == [0]
    assert parts.elapsed.tolist() == [0, 10], "time does not go back"


def test_a_successor_is_told_what_it_cannot_read_again() -> None:
    sessions = Sessions(GAP, [CLICKS, FILLS])
    sessions.grow(5_000)
    for visitor, time in ((4_000, 100), (4_001, 120), (4_002, 60)):
        sessions.count(*seen(visitor, [time], FILLS))
    told = sessions.open(watermark=130, before=110)
    assert told == {4_000: OpenSession(100, [SOURCE_TOPICS[FILLS]])}, "4001 is read again; 4002 has ended"
    successor = Sessions(GAP, [FILLS])
    successor.grow(5_000)
    successor.load(told)
    parts = successor.count(*seen(4_000, [130], FILLS))
    assert not len(parts.opens)
    assert not len(parts.firsts[FILLS])


def test_a_successor_is_told_of_a_session_of_which_it_reads_not_all_again() -> None:
    sessions, successor = Sessions(GAP, []), Sessions(GAP, [])
    for visitor, times in enumerate([[100, 120], [110, 120], [120], [90, 100, 110, 120]]):
        sessions.count(*seen(visitor, times, VIEWS))
    told = sessions.open(watermark=121, before=110)
    assert told == {0: OpenSession(120, []), 3: OpenSession(120, [])}
    successor.load(told)
    for visitor, times in ((0, [120]), (3, [110, 120])):  # again
        assert not len(successor.count(*seen(visitor, times, VIEWS)).opens)
    assert successor.open(watermark=121, before=110) == told, "as little will its own successor know"
    assert not len(successor.count(*seen(0, [125], VIEWS)).seconds)
    assert successor.open(watermark=126, before=115).keys() == {0, 3}, "where it was opened is to be told"


def test_what_a_late_event_took_from_an_opening_the_opening_has_again_where_it_was_told_of() -> None:
    """A worker that has it all at once would take the late one for the first."""
    parts = Sessions(GAP, []).count(*seen(0, [90, 100, 110], VIEWS, opened=1))
    assert parts.opens.tolist() == [0]
    assert parts.opening.tolist() == [0, 1, 1]


def test_a_successor_is_told_of_what_a_late_event_had_before_the_opening() -> None:
    sessions = Sessions(GAP, [FILLS])
    sessions.count(*seen(0, [100], VIEWS))
    sessions.count(*seen(0, [90], FILLS))
    assert sessions.open(watermark=101, before=95) == {0: OpenSession(100, [SOURCE_TOPICS[FILLS]])}
    assert not sessions.open(watermark=101, before=85)


def test_room_for_many_visitors() -> None:
    sessions = Sessions(GAP, [])
    sessions.grow(100_000)
    assert sessions.count(*seen(99_999, [1], VIEWS)).opens.tolist() == [0]
