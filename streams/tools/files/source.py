"""What the tools send: records for the source topics, and what cannot be one."""

from __future__ import annotations

from typing import NamedTuple

from streams.events.intake import AHEAD_OF_EVENTS
from streams.events.topics import PROFILES
from streams.events.validate import EARLIEST
from streams.messages import Reason


class SourceRecord(NamedTuple):
    """A record for a source topic, ready to send."""

    topic: str
    key: str | None  # the visitor; None where the event names none
    value: bytes  # JSON
    timestamp: int  # ms: the event's own time


class Unroutable(NamedTuple):
    """A line that cannot be sent: it belongs in dead_letters."""

    topic: str  # as far as it is known, else empty
    value: bytes  # the line, or the row as JSON
    reason: Reason
    detail: str  # what is wrong, where, and what would be right
    line: int  # in its file, from 1


def come_to(before: int | None, record: SourceRecord) -> int | None:
    """The time (ms) that a file has come to with `record`, after `before`; None: no event has said yet.

    A time that the worker will refuse must not carry the others' time away, and who somebody is may be of old.
    """
    if before is None:
        return None if record.topic == PROFILES or record.timestamp < EARLIEST else record.timestamp
    return record.timestamp if before < record.timestamp <= before + AHEAD_OF_EVENTS else before


def closing(last_timestamp: int, tick: int) -> int:
    """The first multiple of `tick` (ms) strictly after `last_timestamp` (ms): all of a file is scored at it."""
    return (last_timestamp // tick + 1) * tick
