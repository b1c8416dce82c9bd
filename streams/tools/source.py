"""What the tools send: records for the source topics, and what cannot be one."""

from __future__ import annotations

from typing import NamedTuple

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


def closing(last_timestamp: int, tick: int) -> int:
    """The first multiple of `tick` (ms) strictly after `last_timestamp` (ms): all of a file is scored at it."""
    return (last_timestamp // tick + 1) * tick
