"""Sessions, against a loop over each visitor's events."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from streams.events.columns import Ints, Ranks, Rows
from streams.events.sessions import OpenSession, Sessions
from streams.events.topics import SOURCE_TOPICS

GAP = 30
VIEWS, CLICKS, FILLS = 1, 2, 3

events = st.lists(
    st.tuples(st.sampled_from([0, 1, 5, 15, GAP, GAP + 1]), st.integers(0, 2), st.sampled_from([VIEWS, CLICKS, FILLS])),
    max_size=40,
)


def plainly(timed: list[tuple[int, int, int]]) -> tuple[list[int], dict[int, list[int]]]:
    """The numbers of the events that open a session, and of the first clicks and form fills in theirs."""
    last: dict[int, int] = {}
    had: dict[int, set[int]] = {}
    opens, firsts = [], dict[int, list[int]]({CLICKS: [], FILLS: []})
    for number, (time, visitor, topic) in enumerate(timed):
        if visitor not in last or time - last[visitor] > GAP:
            opens.append(number)
            had[visitor] = set()
        last[visitor] = time
        if topic in firsts and topic not in had[visitor]:
            had[visitor].add(topic)
            firsts[topic].append(number)
    return opens, firsts


@given(events, st.lists(st.integers(0, 10), max_size=40))
def test_sessions_across_batches(drafts: list[tuple[int, int, int]], sizes: list[int]) -> None:
    time, timed = 0, []
    for step, visitor, topic in drafts:
        time += step
        timed.append((time, visitor, topic))
    sessions = Sessions(GAP, [CLICKS, FILLS])
    opens, firsts, done = list[int](), dict[int, list[int]]({CLICKS: [], FILLS: []}), 0
    while done < len(timed):
        batch = timed[done:][: sizes.pop() if sizes else None]
        when, who, what = np.array(batch, dtype=np.int64).reshape(-1, 3).T
        opened, first = sessions.count(who.astype(np.int32), when, what.astype(np.int8))
        opens += sorted((opened + done).tolist())
        for topic, at in first.items():
            firsts[topic] += sorted((at + done).tolist())
        done += len(batch)
    assert (opens, firsts) == plainly(timed)


def seen(visitor: int, times: list[int], topic: int) -> tuple[Rows, Ints, Ranks]:
    n = len(times)
    return np.full(n, visitor, dtype=np.int32), np.array(times, dtype=np.int64), np.full(n, topic, dtype=np.int8)


def test_a_late_event_opens_nothing_and_closes_nothing() -> None:
    sessions = Sessions(GAP, [FILLS])
    sessions.count(*seen(0, [1000], VIEWS))
    opened, _ = sessions.count(*seen(0, [900, 1010], VIEWS))
    assert not len(opened)


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
    opened, first = successor.count(*seen(4_000, [130], FILLS))
    assert not len(opened)
    assert not len(first[FILLS])


def test_room_for_many_visitors() -> None:
    sessions = Sessions(GAP, [])
    sessions.grow(100_000)
    opened, _ = sessions.count(*seen(99_999, [1], VIEWS))
    assert opened.tolist() == [0]
