"""What an event must have to be counted, beyond being well-formed: plain ones all at once, the others one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from streams.events.columns import Ints
from streams.events.decode import Event, Problem
from streams.events.times import UNREAD, Timestamp, milliseconds, plain_milliseconds
from streams.events.topics import HEARTBEAT, PROFILES, SOURCES

#: ms. What is older is no event's time but an empty field's, or seconds; the first of a file would have all others
#: refused as too far ahead of it.
EARLIEST = 946_684_800_000

#: Characters. Of who is known by a trait the id is kept for good, in memory and on Kafka.
LONGEST_VISITOR = 1_000


class Valid(NamedTuple):
    """The parts of an event that counting needs."""

    time: int  # ms; of a profile without timestamp: 0, it has always been so
    visitor: str  # empty: a heartbeat, or of nobody
    name: str  # of the event; empty on profiles


class Columns(NamedTuple):
    """The same of many events. Where `time` is UNREAD, the event is not plain, and `validate` says what it is."""

    time: Ints
    visitor: list[str]
    name: list[str | None]  # None: the topic's default


def validate_plain(topic: str, events: Sequence[Event]) -> Columns:
    """What `validate` says of events that are as most are: text for visitor, one form of time, a usual name.

    Visitors may be longer than LONGEST_VISITOR here.
    """
    stamps = [event.timestamp for event in events]
    if topic == PROFILES and stamps.count(None) == len(stamps):
        time: Ints = np.zeros(len(stamps), dtype=np.int64)
    else:
        time = plain_milliseconds(stamps)
    if topic != PROFILES:
        time[time < EARLIEST] = UNREAD
    visitor = [event.visitor_id for event in events]
    if not all(visitor) or set(map(type, visitor)) != {str}:
        time[[not (isinstance(v, str) and v) for v in visitor]] = UNREAD
    name = [event.event for event in events]
    unusual = {each for each in set(name) if each == HEARTBEAT or not _is_known(topic, each)}
    if unusual:
        time[[each in unusual for each in name]] = UNREAD
    return Columns(time, visitor, name)  # type: ignore[arg-type]


def _is_known(topic: str, name: str | None) -> bool:
    if topic == PROFILES:
        return True
    source = SOURCES[topic]
    name = name or source.default
    return name is not None and (not source.names or name in source.names)


def validate(topic: str, event: Event) -> Valid | Problem:
    """Check one event of source topic `topic` (of SOURCE_TOPICS)."""
    if event.timestamp is not None:
        time: int | Problem = _milliseconds(event.timestamp)
    elif topic == PROFILES:
        time = 0
    else:
        time = Problem("missing_timestamp", "timestamp: required, ISO 8601 or milliseconds since the epoch")
    if isinstance(time, Problem):
        return time
    if topic != PROFILES and time < EARLIEST:
        return Problem("bad_timestamp", f"timestamp: {time} is before {EARLIEST}, the year 2000; seconds, not ms?")
    if event.event == HEARTBEAT:
        return Valid(time, "", HEARTBEAT)
    visitor = next((v for v in (event.visitor_id, event.user_id, event.anonymous_id) if v not in (None, "")), None)
    if visitor is None and (topic == PROFILES or SOURCES[topic].of_somebody):
        return Problem("missing_visitor", "visitor_id (or userId, anonymousId): required, a text or a number")
    if isinstance(visitor, str) and len(visitor) > LONGEST_VISITOR:
        return Problem(
            "too_large", f"visitor_id: has {len(visitor):,} characters; at most {LONGEST_VISITOR:,} are read"
        )
    if topic == PROFILES:
        return Valid(time, str(visitor), "")
    if not _is_known(topic, event.event):
        names = ", ".join(sorted(SOURCES[topic].names))
        return Problem("unknown_event", f"event: {event.event or None!r:.80} is none of {names}")
    return Valid(time, "" if visitor is None else str(visitor), event.event or SOURCES[topic].default or "")


def _milliseconds(timestamp: Timestamp) -> int | Problem:
    try:
        time = milliseconds(timestamp)
    except ValueError:
        what = f"timestamp: {timestamp!r:.80} is neither ISO 8601 nor milliseconds since the epoch"
        return Problem("bad_timestamp", what)
    if time is None:
        return Problem("bad_timestamp", f"timestamp: {timestamp!r:.80} is not a time in milliseconds since the epoch")
    return time


def too_far_ahead(time: int, reference: int, ahead: int) -> Problem | None:
    """A timestamp more than `ahead` ms after `reference` would carry the watermark away, and all others with it."""
    if time <= reference + ahead:
        return None
    return Problem("too_far_ahead", f"timestamp: {(time - reference) / 1000:,.0f} s ahead of the clock")
