"""Sessions: a visitor's events with no gap longer than `gap` between them.

      a   a      a          gap          a
    ──┬───┬──────┬──────────────────────┬──►
      └─ one session: counted here      └─ the next one

A session is counted at its first event; a session with a form fill is counted once, at its first form fill; one that
goes on, at its second event. The time from each event to the next is counted at the later one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from streams.events.columns import Bools, Ints, Ranks, Rows, grown
from streams.events.topics import PROFILES, SOURCE_TOPICS

NEVER, NOT_YET = -(2**62), 2**62
NOTHING = SOURCE_TOPICS.index(PROFILES)  # the rank of a topic that is no touchpoint
_LONG_AGO = NEVER + 1


class OpenSession(NamedTuple):
    """A visitor's session, as far as what follows depends on it."""

    last: int  # ms: its last event
    had: Sequence[str]  # those of the topics looked for that it has had


class Parts(NamedTuple):
    """What events, by their indexes, are in their sessions."""

    opens: Ints  # the first
    seconds: Ints  # the second
    firsts: dict[int, Ints]  # by topic rank, the first of that topic
    later: Ints  # all but the first
    since: Ints  # ms from the event before, of each of `later`
    after: Ranks  # topic rank of the event before, of each event; of the first NOTHING


class Sessions:
    """The open session of every visitor row: times of its last event and of the one before (NEVER: there is none), the
    topic of the last, and which topics it has had (a bit each)."""

    def __init__(self, gap: int, ranks: Sequence[int]) -> None:
        self._gap = gap
        self._ranks = tuple(ranks)  # topic ranks whose first event in a session is looked for
        self._last: Ints = np.full(1024, NEVER, dtype=np.int64)
        self._before: Ints = np.full(1024, NEVER, dtype=np.int64)
        self._topic: Ranks = np.full(1024, NOTHING, dtype=np.int8)
        self._had: Ints = np.zeros(1024, dtype=np.int64)
        self._had_since: Ints = np.full(1024, NOT_YET, dtype=np.int64)  # time of the earliest that `_had` knows

    def copy(self) -> Sessions:
        """The same, to go their own way from here."""
        other = Sessions(self._gap, self._ranks)
        other._last, other._before = self._last.copy(), self._before.copy()
        other._topic = self._topic.copy()
        other._had, other._had_since = self._had.copy(), self._had_since.copy()
        return other

    def grow(self, visitors: int) -> None:
        """Make room for visitor rows up to `visitors`."""
        self._last, self._before = grown(self._last, visitors, NEVER), grown(self._before, visitors, NEVER)
        self._topic = grown(self._topic, visitors, NOTHING)
        self._had, self._had_since = grown(self._had, visitors, 0), grown(self._had_since, visitors, NOT_YET)

    def forget(self, rows: Ints) -> None:
        """These rows are to be other visitors'."""
        self._last[rows], self._before[rows], self._topic[rows] = NEVER, NEVER, NOTHING
        self._had[rows], self._had_since[rows] = 0, NOT_YET

    def count(self, visitor: Rows, time: Ints, topic: Ranks) -> Parts:
        """Take events in time order; what they are in their sessions."""
        if not len(visitor):
            none = np.empty(0, dtype=np.int64)
            return Parts(none, none, dict.fromkeys(self._ranks, none), none, none, np.empty(0, dtype=np.int8))
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
        had_since = np.where(opens, NOT_YET, self._had_since[who])[begins]
        firsts: dict[int, Ints] = {}
        for bit, rank in enumerate(self._ranks):
            at = np.flatnonzero(what == rank)
            sessions, first = np.unique(group[at], return_index=True)
            new = (had[sessions] >> bit) & 1 == 0
            begun, first = sessions[new], at[first[new]]
            firsts[rank] = order[first]
            had[begun] |= 1 << bit
            had_since[begun] = np.minimum(had_since[begun], when[first])
        # The second of a session is the one after its first, or the first here of one that has had one event so far.
        second = ~opens & np.where(head, self._before[who] == NEVER, np.append(False, opens[:-1]))
        later = np.flatnonzero(~opens)
        came_after = np.empty_like(after)
        came_after[order] = np.where(opens, NOTHING, after)
        since = np.maximum(when - before, 0)[later]
        parts = Parts(order[opens], order[second], firsts, order[later], since, came_after)
        self._remember(who, when, what, head, np.where(opens, NEVER, before), had[group], had_since[group])
        return parts

    def _remember(
        self, who: Rows, when: Ints, what: Ranks, head: Bools, before: Ints, had: Ints, had_since: Ints
    ) -> None:
        last = np.flatnonzero(np.append(head[1:], True))
        row = who[last]
        # What comes late, or again, is not the last, and not known to be another than that.
        on = (when[last] > self._last[row]) | (self._before[row] == NEVER)
        self._before[row] = np.where(on, np.minimum(before[last], when[last]), self._before[row])
        self._topic[row] = np.where(when[last] >= self._last[row], what[last], self._topic[row])
        self._last[row] = np.maximum(self._last[row], when[last])
        self._had[row] = had[last]
        self._had_since[row] = had_since[last]

    def open(self, watermark: int, before: int) -> dict[int, OpenSession]:
        """By visitor row the sessions open at `watermark` with something, or all but the last, before `before` (ms).

        A successor that reads again from `before` on finds out everything else by itself, also the last event's topic:
        it is from later than `before`, or the session were over.
        """
        open_still = self._last >= watermark - self._gap
        told = (self._had_since < before) | ((self._before != NEVER) & (self._before < before))
        rows = np.flatnonzero(open_still & told)
        topics = [SOURCE_TOPICS[rank] for rank in self._ranks]
        sets, which = np.unique(self._had[rows], return_inverse=True)
        had = [[topic for bit, topic in enumerate(topics) if each >> bit & 1] for each in sets.tolist()]
        sessions = map(OpenSession, self._last[rows].tolist(), map(had.__getitem__, which.tolist()))
        return dict(zip(rows.tolist(), sessions, strict=True))

    def load(self, sessions: Mapping[int, OpenSession]) -> None:
        """Begin with these open, by visitor row."""
        bits = {SOURCE_TOPICS[rank]: 1 << bit for bit, rank in enumerate(self._ranks)}
        for row, session in sessions.items():
            self._last[row] = session.last
            self._had[row] = sum(bits.get(topic, 0) for topic in session.had)
            self._had_since[row] = NEVER if session.had else NOT_YET
            self._before[row] = _LONG_AGO  # that is why it was told of
