"""What each event adds one to: the columns of its kind, and those of the sessions that it opens or is a first of."""

from __future__ import annotations

import copy
from collections.abc import Iterable

import numpy as np

from streams.events.columns import Bools, Columns, Ints
from streams.events.sessions import Sessions
from streams.events.topics import SOURCE_TOPICS
from streams.kpis.measures import Measures

_RANK = {topic: rank for rank, topic in enumerate(SOURCE_TOPICS)}


class Measuring:
    """The measures of one source partition's events, in the order of their times."""

    def __init__(self, measures: Measures, gap: int, session_topics: Iterable[str]) -> None:
        """`gap`: ms without an event of `session_topics` after which a session has ended."""
        self._measures = measures
        self._ranks = np.array([_RANK[topic] for topic in session_topics], dtype=np.int64)
        self.sessions = Sessions(gap, [_RANK[topic] for topic in measures.sessions_with])

    def copy(self) -> Measuring:
        """The same, with sessions that go their own way from here."""
        other = copy.copy(self)
        other.sessions = self.sessions.copy()
        return other

    def pairs(self, events: Columns, old: Bools) -> tuple[Ints, Ints]:
        """Event numbers and measure columns: event `numbers[i]` adds one to column `columns[i]`.

        Those marked `old` have had their part in sessions, which are over or known.
        """
        measures = self._measures
        of_kind = np.where(events.kind[:, None] >= 0, measures.of_kind[events.kind], -1)
        event, side = np.nonzero(of_kind >= 0)
        numbers, columns = [event], [of_kind[event, side]]
        visits = np.flatnonzero(np.isin(events.topic, self._ranks) & (events.kind >= 0) & ~old)
        opened, firsts = self.sessions.count(events.visitor[visits], events.time[visits], events.topic[visits])
        if measures.sessions >= 0:
            numbers.append(visits[opened])
            columns.append(np.full(len(opened), measures.sessions))
        for topic, column in measures.sessions_with.items():
            at = visits[firsts[_RANK[topic]]]
            numbers.append(at)
            columns.append(np.full(len(at), column))
        return np.concatenate(numbers), np.concatenate(columns)
