"""What an event must have to be counted, beyond being well-formed."""

from __future__ import annotations

from typing import NamedTuple

from streams.events.decode import Event, Problem, milliseconds
from streams.events.topics import HEARTBEAT, PROFILES, SOURCES

#: ms. What is older is no event's time but an empty field's, or seconds; the first of a file would have all others
#: refused as too far ahead of it.
EARLIEST = 946_684_800_000


class Valid(NamedTuple):
    """The parts of an event that counting needs."""

    time: int  # ms; of a profile without timestamp: 0, it has always been so
    visitor: str  # empty: a heartbeat
    name: str  # of the event; empty on profiles


def validate(topic: str, event: Event) -> Valid | Problem:
    """Check one event of source topic `topic` (of SOURCE_TOPICS)."""
    if event.timestamp is None:
        if topic != PROFILES:
            return Problem("missing_timestamp", "timestamp: required, ISO 8601 or milliseconds since the epoch")
        time: int | None = 0
    else:
        time = milliseconds(event.timestamp)
    if time is None:
        return Problem("bad_timestamp", f"timestamp: {event.timestamp!r} is not a time in milliseconds since the epoch")
    if topic != PROFILES and time < EARLIEST:
        return Problem("bad_timestamp", f"timestamp: {time} is before {EARLIEST}, the year 2000; seconds, not ms?")
    if event.event == HEARTBEAT:
        return Valid(time, "", HEARTBEAT)
    visitor = next((v for v in (event.visitor_id, event.user_id, event.anonymous_id) if v not in (None, "")), None)
    if visitor is None:
        return Problem("missing_visitor", "visitor_id (or userId, anonymousId): required, a text or a number")
    if topic == PROFILES:
        return Valid(time, str(visitor), "")
    source = SOURCES[topic]
    name = event.event or source.default
    if name is None or (source.names and name not in source.names):
        return Problem("unknown_event", f"event: {name!r:.80} is none of {', '.join(sorted(source.names))}")
    return Valid(time, str(visitor), name)


def too_far_ahead(time: int, reference: int, ahead: int) -> Problem | None:
    """A timestamp more than `ahead` ms after `reference` would carry the watermark away, and all others with it."""
    if time <= reference + ahead:
        return None
    return Problem("too_far_ahead", f"timestamp: {(time - reference) / 1000:,.0f} s ahead of the clock")
