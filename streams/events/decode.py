"""Bytes become events: a fetched batch is decoded at once, and record by record only where something in it is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from streams.events.times import Timestamp
from streams.events.values import Values
from streams.messages import Reason

MAX_RECORD = 1_000_000  # bytes; a larger record is dead-lettered unread

_OPEN, _CLOSE = b"{}"


class Uncounted(msgspec.Struct, gc=False):
    """An object of which nothing is counted, so nothing is made of it."""


class Event(msgspec.Struct, gc=False):
    """What producers write, close to Segment's Track call; fields of other names are ignored."""

    event_id: str | int | None = None
    message_id: str | int | None = msgspec.field(default=None, name="messageId")
    visitor_id: str | int | None = None
    user_id: str | int | None = msgspec.field(default=None, name="userId")
    anonymous_id: str | int | None = msgspec.field(default=None, name="anonymousId")
    timestamp: Timestamp | None = None
    event: str | None = None
    campaign: str | None = None
    content: str | None = None
    value: float | None = None
    currency: str | None = None
    properties: Uncounted | None = None
    traits: dict[str, object] | None = None


class Problem(NamedTuple):
    """Why a record cannot be counted."""

    reason: Reason
    detail: str


_events = msgspec.json.Decoder(Event)


def decode(values: Sequence[bytes | None]) -> list[Event | Problem]:
    """Decode one record a value, in order. Never raises on what a value holds."""
    return _decode_at_once(Values.of(values)) or [decode_one(value) for value in values]


def _decode_at_once(values: Values) -> list[Event | Problem] | None:
    """All of them, or None where something is wrong with one.

    Only if each looks like an object, from `{` to `}`: no JSON value goes on over `}` line break `{`, so a bad record
    can neither swallow its neighbours nor make up for a missing one.
    """
    lengths = values.ends - values.starts
    if not len(lengths) or int(lengths.min()) < 2 or int(lengths.max()) > MAX_RECORD:
        return None
    text = np.frombuffer(values.text, dtype=np.uint8)
    if (text[values.starts] != _OPEN).any() or (text[values.ends - 1] != _CLOSE).any():
        return None
    try:
        events = _events.decode_lines(text[values.starts[0] : values.ends[-1]].data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return events if len(events) == len(values) else None  # type: ignore[return-value]


def decode_one(value: bytes | None) -> Event | Problem:
    """Decode one record, or say what is wrong with it and what would be right."""
    if not value:
        return Problem("malformed", "the record is empty; an event is a JSON object")
    if len(value) > MAX_RECORD:
        return Problem("too_large", f"the record has {len(value):,} bytes; at most {MAX_RECORD:,} are read")
    try:
        return _events.decode(value)
    except msgspec.ValidationError as error:
        if "$.timestamp" in str(error):
            return Problem("bad_timestamp", f"timestamp: {error}; write ISO 8601 or milliseconds since the epoch")
        if " - at " not in str(error):
            return Problem("malformed", f"not an event: {error}; an event is a JSON object")
        return Problem("wrong_type", str(error))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Problem("malformed", f"not JSON: {error}")
