"""What each event adds to: the columns of its kind and value, and those of the session that it has a part in."""

from __future__ import annotations

import copy
from collections.abc import Iterable

import numpy as np

from streams.events.amounts import NONE
from streams.events.columns import NOBODY, Bools, Columns, Ints
from streams.events.sessions import Parts, Sessions
from streams.events.topics import RANK
from streams.kpis.measures import Measures
from streams.panes.openings import Visits
from streams.panes.tally import Increments

_NOBODY: Ints = np.empty(0, dtype=np.int64)
_NOTHING = Increments(_NOBODY, _NOBODY)


class Measuring:
    """The measures of one source partition's events, in the order of their times."""

    def __init__(self, measures: Measures, gap: int, session_topics: Iterable[str]) -> None:
        """`gap`: ms without an event of `session_topics` after which a session has ended."""
        self._measures = measures
        self._ranks = np.array([RANK[topic] for topic in session_topics], dtype=np.int64)
        self.sessions = Sessions(gap, [RANK[topic] for topic in measures.sessions_with])

    def copy(self) -> Measuring:
        """The same, with sessions that go their own way from here."""
        other = copy.copy(self)
        other.sessions = self.sessions.copy()
        return other

    def sessions_of(self, events: Columns, old: Bools, opened: Bools) -> tuple[Visits, Parts]:
        """Which of events in order are in sessions, and what they are there. Those marked `old` have had their part in
        sessions, which are over or known; `opened`: see Sessions."""
        of_somebody = (events.kind >= 0) & (events.visitor != NOBODY)
        at = np.flatnonzero(np.isin(events.topic, self._ranks) & of_somebody & ~old)
        parts = self.sessions.count(events.visitor[at], events.time[at], events.topic[at], opened[at])
        return Visits(at, events.visitor[at], parts.opening), parts

    def increments(self, events: Columns, visits: Visits, parts: Parts) -> tuple[Increments, ...]:
        """What events, in order, add. What their sessions add, in the segments of number n + visit of n events."""
        measures, at = self._measures, visits.event
        of_kind = np.where(events.kind[:, None] >= 0, measures.of_kind[events.kind], -1)
        event, side = np.nonzero(of_kind >= 0)
        numbers, rows, columns = [event], [event], [of_kind[event, side]]
        once = [(measures.sessions, parts.opens), (measures.engaged, parts.seconds), (measures.intervals, parts.later)]
        once += [(column, parts.firsts[RANK[topic]]) for topic, column in measures.sessions_with.items()]
        of_visits = [(np.full_like(which, column), which) for column, which in once if column >= 0]
        if measures.steps is not None:
            column_of = measures.steps[parts.after, events.topic[at]]
            which = np.flatnonzero(column_of >= 0)
            of_visits.append((column_of[which], which))
        for column, which in of_visits:
            numbers.append(at[which])
            rows.append(which + len(events))
            columns.append(column)
        counted, summed = self._of_values(events)
        ones = Increments(
            np.concatenate([*numbers, counted.event]),
            np.concatenate([*columns, counted.column]),
            member=np.concatenate([*rows, counted.event]),
        )
        if measures.seconds < 0:
            return ones, summed
        # A millisecond is a thousandth of a second, as sums are kept.
        column = np.full_like(parts.later, measures.seconds)
        return ones, summed, Increments(at[parts.later], column, parts.elapsed, parts.later + len(events))

    def _of_values(self, events: Columns) -> tuple[Increments, Increments]:
        """What is counted, and what is summed, of the events that have a value."""
        of = self._measures.of_value
        valued = np.flatnonzero((events.value != NONE) & (events.kind >= 0)) if of.column.shape[1] else _NOBODY
        if not len(valued):
            return _NOTHING, _NOTHING
        kind, value = events.kind[valued], events.value[valued, None]
        adds = (of.column[kind] >= 0) & (of.low[kind] <= value) & (value <= of.high[kind])
        row, side = np.nonzero(adds)
        event, column, sums = valued[row], of.column[kind[row], side], of.sums[kind[row], side]
        summed = Increments(event[sums], column[sums], events.value[event[sums]])
        return Increments(event[~sums], column[~sums]), summed
