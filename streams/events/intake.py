"""Raw records of one topic become events that may be counted, and problems that say why the others may not."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress
from typing import NamedTuple

import numpy as np

from streams.events.amounts import Amounts
from streams.events.columns import Bools, Ints
from streams.events.decode import Event, Problem, decode
from streams.events.times import UNREAD
from streams.events.topics import HEARTBEAT, PROFILES
from streams.events.validate import LONGEST_VISITOR, Columns, Valid, too_far_ahead, validate, validate_plain
from streams.events.values import Values
from streams.events.watermark import Clock

#: In event time nothing but the events before it says whether a timestamp is absurd; a season's gap is not.
AHEAD_OF_EVENTS = 30 * 86_400_000


class Good(NamedTuple):
    """Events that may be counted, in offset order; all of the same length."""

    events: list[Event]
    offset: Ints
    time: Ints  # ms
    visitor: list[str]
    name: list[str | None]  # None: the topic's default
    value: Ints  # thousandths; amounts.NONE: it has none


class Bad(NamedTuple):
    """A record that may not."""

    offset: int
    value: bytes
    problem: Problem


class Intake:
    """Judges records, one topic's after another's, and tells `clock` how time passes in them."""

    def __init__(self, clock: Clock, ahead: int, longest: int, amounts: Amounts) -> None:
        """`ahead`: ms that a timestamp may be before the wall clock; `longest`: ms, the longest window."""
        self._clock = clock
        self._amounts = amounts
        self._ahead = ahead
        self._longest = longest

    def judge(
        self, topic: str, offsets: Ints, values: Sequence[bytes | None], now: int | None, got: Ints | None = None
    ) -> tuple[Good, list[Bad]]:
        """The good and the bad of the records with these offsets; heartbeats are neither.

        `now` (ms) is the wall clock; None where only events tell time. `got` (ms): when each came, -1 or None where
        nobody says; what was too far ahead then still is when it is read again. Nothing that a record holds raises.
        """
        values = Values.of(values)
        events, problems = _apart(decode(values))
        said = validate_plain(topic, events)
        for row in np.flatnonzero(values.ends - values.starts > LONGEST_VISITOR).tolist():
            if said.time[row] != UNREAD and len(said.visitor[row]) > LONGEST_VISITOR:
                said.time[row] = UNREAD
        value, unfit = self._amounts.of(topic, events)
        heartbeat = np.zeros(len(events), dtype=np.bool_)
        for row in {*problems, *np.flatnonzero(said.time == UNREAD).tolist()}:
            valid = problems.get(row) or validate(topic, events[row])
            if isinstance(valid, Valid):
                said.time[row], said.visitor[row], said.name[row] = valid
                heartbeat[row] = valid.name == HEARTBEAT
            else:
                problems[row] = valid
        problems = {row: problem for row, problem in unfit.items() if not heartbeat[row]} | problems
        fine = np.ones(len(events), dtype=np.bool_)
        fine[list(problems)] = False
        problems |= self._in_time(topic, said.time, heartbeat, np.flatnonzero(fine), now, got)
        fine[list(problems)] = False
        bad = [Bad(int(offsets[row]), values[row] or b"", problems[row]) for row in sorted(problems)]
        return _good(events, offsets, said, value, fine & ~heartbeat), bad

    def _in_time(
        self, topic: str, time: Ints, heartbeat: Bools, rows: Ints, now: int | None, got: Ints | None
    ) -> dict[int, Problem]:
        """Judged by the wall clock, or by the same topic's events before it: so, in event time, by nothing that
        depends on how topics and partitions were read beside each other."""
        if topic == PROFILES:
            rows = rows[time[rows] != 0]  # those of no time have always been so
        if not len(rows):
            return {}
        when, newest = time[rows], self._clock.newest[topic]
        if now is not None:
            before: Ints = np.full(len(rows), now, dtype=np.int64)
            came = before if got is None else np.where(got[rows] < 0, before, got[rows])
        else:
            came = before = np.maximum.accumulate(np.append(when[0] if newest is None else newest, when[:-1]))
        far = when > came + (AHEAD_OF_EVENTS if now is None else self._ahead)
        old = (when < before - self._longest) & (topic != PROFILES)
        if now is None:
            # What a heartbeat says is that much time has passed; and people are of any age.
            judged = ~heartbeat[rows] & (topic != PROFILES)
            far, old = far & judged, old & judged
        if not (far | old).any():
            self._clock.saw(topic, int(when.max()))
            return {}
        return self._in_time_one_by_one(topic, time, heartbeat, rows, now, came)

    def _in_time_one_by_one(
        self, topic: str, time: Ints, heartbeat: Bools, rows: Ints, now: int | None, came: Ints
    ) -> dict[int, Problem]:
        problems = {}
        for row, got in zip(rows.tolist(), came.tolist(), strict=True):
            when, problem = int(time[row]), None
            reference = now if now is not None else self._clock.newest[topic]
            if reference is not None and (now is not None or not (heartbeat[row] or topic == PROFILES)):
                problem = too_far_ahead(when, *((reference, AHEAD_OF_EVENTS) if now is None else (got, self._ahead)))
                if problem is None and topic != PROFILES and when < reference - self._longest:
                    problem = Problem("too_old", "timestamp: older than the longest window, so it would count nowhere")
            if problem is None:
                self._clock.saw(topic, when)
            else:
                problems[row] = problem
        return problems


def _apart(decoded: Sequence[Event | Problem]) -> tuple[list[Event], dict[int, Problem]]:
    """The events, an empty one where there is none, and the problems by their place."""
    if Problem not in set(map(type, decoded)):
        return list(decoded), {}  # type: ignore[arg-type]
    problems = {row: event for row, event in enumerate(decoded) if isinstance(event, Problem)}
    return [Event() if isinstance(event, Problem) else event for event in decoded], problems


def _good(events: list[Event], offsets: Ints, said: Columns, value: Ints, good: Bools) -> Good:
    if good.all():
        return Good(events, offsets, said.time, said.visitor, said.name, value)
    chosen = good.tolist()
    return Good(
        list(compress(events, chosen)),
        offsets[good],
        said.time[good],
        list(compress(said.visitor, chosen)),
        list(compress(said.name, chosen)),
        value[good],
    )
