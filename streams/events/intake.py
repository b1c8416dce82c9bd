"""Raw records of one topic become events that may be counted, and problems that say why the others may not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from streams.events.decode import Event, Problem, decode
from streams.events.topics import HEARTBEAT, PROFILES
from streams.events.validate import Valid, too_far_ahead, validate
from streams.events.watermark import Clock

Record = tuple[int, bytes | None]  # offset, value

#: In event time nothing but the events before it says whether a timestamp is absurd; a season's gap is not.
AHEAD_OF_EVENTS = 30 * 86_400_000


class Good(NamedTuple):
    """An event that may be counted."""

    offset: int
    event: Event
    valid: Valid


class Bad(NamedTuple):
    """A record that may not."""

    offset: int
    value: bytes
    problem: Problem


class Intake:
    """Judges records, one topic's after another's, and tells `clock` how time passes in them."""

    def __init__(self, clock: Clock, ahead: int, longest: int) -> None:
        """`ahead`: ms that a timestamp may be before the wall clock; `longest`: ms, the longest window."""
        self._clock = clock
        self._ahead = ahead
        self._longest = longest

    def judge(self, topic: str, records: Sequence[Record], now: int | None) -> tuple[list[Good], list[Bad]]:
        """The good and the bad of `records`, each in offset order; heartbeats are neither.

        `now` (ms) is the wall clock; None where only events tell time. Nothing that a record holds raises.
        """
        good, bad = [], []
        decoded = decode([value for _, value in records])
        for (offset, value), event in zip(records, decoded, strict=True):
            valid = validate(topic, event) if isinstance(event, Event) else event
            if isinstance(valid, Valid):
                valid = self._in_time(topic, valid, now)
            if isinstance(valid, Problem):
                bad.append(Bad(offset, value or b"", valid))
            elif valid.name != HEARTBEAT:
                assert isinstance(event, Event)
                good.append(Good(offset, event, valid))
        return good, bad

    def _in_time(self, topic: str, valid: Valid, now: int | None) -> Valid | Problem:
        """Judged by the wall clock, or by the same topic's events before it: so, in event time, by nothing that
        depends on how topics and partitions were read beside each other."""
        if topic == PROFILES and not valid.time:
            return valid  # it has always been so
        reference = now if now is not None else self._clock.newest[topic]
        if now is None and (valid.name == HEARTBEAT or topic == PROFILES):
            reference = None  # what it says is that much time has passed; and people are of any age
        if reference is not None:
            problem = too_far_ahead(valid.time, reference, AHEAD_OF_EVENTS if now is None else self._ahead)
            if problem is None and topic != PROFILES and valid.time < reference - self._longest:
                problem = Problem("too_old", "timestamp: older than the longest window, so it would count nowhere")
            if problem is not None:
                return problem
        self._clock.saw(topic, valid.time)
        return valid
