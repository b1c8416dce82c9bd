"""Sessions: a visitor's events with no gap longer than `gap` between them.

      a   a      a          gap          a
    ──┬───┬──────┬──────────────────────┬──►
      └─ one session: counted here      └─ the next one

A session is counted at its first event; a session with a form fill is counted once, at its first form fill; one that
goes on, at its second event. The time from each event to the next is counted at the later one. All of it counts in the
segments that the first event is in: see panes.openings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from streams.events.columns import Bools, Ints, Ranks, Rows, grown
from streams.events.topics import PROFILES, SOURCE_TOPICS

NEVER, NOT_YET = -(2**62), 2**62
NOTHING = SOURCE_TOPICS.index(PROFILES)  # the rank of a topic that is no touchpoint


class OpenSession(NamedTuple):
    """A visitor's session, as far as what follows depends on it; but see panes.openings."""

    last: int  # ms: its last event
    had: Sequence[str]  # those of the topics looked for that it has had


class Parts(NamedTuple):
    """What events, by their indexes, are in their sessions."""

    opens: Ints  # the first
    opening: Ints  # of each event, the one that opened its session; -1: none of these
    seconds: Ints  # the second
    firsts: dict[int, Ints]  # by topic rank, the first of that topic
    later: Ints  # all but the first
    elapsed: Ints  # ms from the event before, of each of `later`
    after: Ranks  # topic rank of the event before, of each event; of the first NOTHING


class Sessions:
    """The open session of every visitor row: times of its earliest event and of its last (NEVER: there is none), the
    topic of the last, whether that is the only one, and which topics it has had (a bit each)."""

    def __init__(self, gap: int, ranks: Sequence[int]) -> None:
        self._gap = gap
        self._ranks = tuple(ranks)  # topic ranks whose first event in a session is looked for
        self._since: Ints = np.full(1024, NOT_YET, dtype=np.int64)
        self._last: Ints = np.full(1024, NEVER, dtype=np.int64)
        self._topic: Ranks = np.full(1024, NOTHING, dtype=np.int8)
        self._alone: Bools = np.zeros(1024, dtype=np.bool_)
        self._had: Ints = np.zeros(1024, dtype=np.int64)

    def copy(self) -> Sessions:
        """The same, to go their own way from here."""
        other = Sessions(self._gap, self._ranks)
        other._since, other._last = self._since.copy(), self._last.copy()
        other._topic, other._alone, other._had = self._topic.copy(), self._alone.copy(), self._had.copy()
        return other

    def grow(self, visitors: int) -> None:
        """Make room for visitor rows up to `visitors`."""
        self._since = grown(self._since, visitors, NOT_YET)
        self._last, self._topic = grown(self._last, visitors, NEVER), grown(self._topic, visitors, NOTHING)
        self._alone, self._had = grown(self._alone, visitors, False), grown(self._had, visitors, 0)

    def forget(self, rows: Ints) -> None:
        """These rows are to be other visitors'."""
        self._since[rows], self._last[rows], self._topic[rows] = NOT_YET, NEVER, NOTHING
        self._alone[rows], self._had[rows] = False, 0

    def count(self, visitor: Rows, time: Ints, topic: Ranks, opened: Bools) -> Parts:
        """Take events in time order; what they are in their sessions.

        `opened`: those of which a predecessor has said that they opened theirs. Where one came late, that need not be
        seen when all is read again; it counts nothing here.
        """
        if not len(visitor):
            none: Ints = np.empty(0, dtype=np.int64)
            return Parts(none, none, none, dict.fromkeys(self._ranks, none), none, none, topic)
        order = np.argsort(visitor, kind="stable")
        who, when, what = visitor[order], time[order], topic[order]
        n = len(who)
        head = np.ones(n, dtype=np.bool_)  # first of its visitor in this batch
        head[1:] = who[1:] != who[:-1]
        before = self._last[who]
        before[1:] = np.where(head[1:], before[1:], np.maximum(before[1:], when[:-1]))
        opens = when - before > self._gap
        after = self._topic[who]
        after[1:] = np.where(head[1:], after[1:], what[:-1])
        begins = head | opens
        group = np.cumsum(begins) - 1  # sessions, numbered as they stand here
        # What each session has had already: nothing, unless it was begun before this batch.
        had = np.where(opens, 0, self._had[who])[begins]
        firsts: dict[int, Ints] = {}
        for bit, rank in enumerate(self._ranks):
            at = np.flatnonzero(what == rank)
            sessions, first = np.unique(group[at], return_index=True)
            new = (had[sessions] >> bit) & 1 == 0
            firsts[rank] = order[at[first[new]]]
            had[sessions[new]] |= 1 << bit
        # The second of a session is the one after its first, or the first here of one that has had one event so far.
        second = ~opens & np.where(head, self._alone[who], np.append(False, opens[:-1]))
        later = np.flatnonzero(~opens)
        came_after = np.empty_like(after)
        came_after[order] = np.where(opens, NOTHING, after)
        elapsed = np.maximum(when - before, 0)[later]
        opening = np.empty_like(order)
        opening[order] = _opening(order, head, opens | opened[order])
        parts = Parts(order[opens], opening, order[second], firsts, order[later], elapsed, came_after)
        since = np.where(opens, when, np.minimum(self._since[who], when))[begins]
        last = np.flatnonzero(np.append(head[1:], True))
        self._remember(who[last], when[last], what[last], opens[last], since[group[last]], had[group[last]])
        return parts

    def _remember(self, row: Rows, when: Ints, what: Ranks, opens: Bools, since: Ints, had: Ints) -> None:
        """Of each visitor the last event in order, which need not be the latest: it may come late, or again."""
        self._since[row] = since
        self._alone[row] = opens
        self._topic[row] = np.where(when >= self._last[row], what, self._topic[row])
        self._last[row] = np.maximum(self._last[row], when)
        self._had[row] = had

    def open(self, watermark: int, before: int) -> dict[int, OpenSession]:
        """By visitor row the sessions open at `watermark` that have had an event before `before` (ms).

        A successor that reads again from `before` on finds out the others by itself; and of these, the last event's
        topic: it is from later than `before`, or the session were over.
        """
        rows = np.flatnonzero((self._last >= watermark - self._gap) & (self._since < before))
        topics = [SOURCE_TOPICS[rank] for rank in self._ranks]
        sets, which = np.unique(self._had[rows], return_inverse=True)
        had = [[topic for bit, topic in enumerate(topics) if each >> bit & 1] for each in sets.tolist()]
        sessions = map(OpenSession, self._last[rows].tolist(), map(had.__getitem__, which.tolist()))
        return dict(zip(rows.tolist(), sessions, strict=True))

    def load(self, sessions: Mapping[int, OpenSession]) -> None:
        """Begin with these open, by visitor row."""
        bits = {SOURCE_TOPICS[rank]: 1 << bit for bit, rank in enumerate(self._ranks)}
        for row, session in sessions.items():
            self._since[row] = NEVER  # long ago: that is why it was told of
            self._last[row] = session.last
            self._had[row] = sum(bits.get(topic, 0) for topic in session.had)


def _opening(order: Ints, head: Bools, opens: Bools) -> Ints:
    """Of each event, in order of visitors (`head` marks the first of each), the last before it or itself that opens."""
    last = np.maximum.accumulate(np.where(head | opens, np.arange(len(order)), 0))
    return np.where(opens[last], order[last], -1)
