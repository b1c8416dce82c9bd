"""Bytes become events: a fetched batch is decoded at once, and record by record only where something in it is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timezone
from typing import NamedTuple

import msgspec

from streams.messages import Reason

MAX_RECORD = 1_000_000  # bytes; a larger record is dead-lettered unread


class Event(msgspec.Struct, gc=False):
    """What producers write, close to Segment's Track call; fields of other names are ignored."""

    event_id: str | int | None = None
    message_id: str | int | None = msgspec.field(default=None, name="messageId")
    visitor_id: str | int | None = None
    user_id: str | int | None = msgspec.field(default=None, name="userId")
    anonymous_id: str | int | None = msgspec.field(default=None, name="anonymousId")
    timestamp: datetime | int | float | None = None
    event: str | None = None
    campaign: str | None = None
    content: str | None = None
    value: float | None = None
    currency: str | None = None
    properties: dict[str, object] | None = None
    traits: dict[str, object] | None = None


class Problem(NamedTuple):
    """Why a record cannot be counted."""

    reason: Reason
    detail: str


class _LooseEvent(Event, gc=False):
    """An event whose timestamp has still to be read."""

    timestamp: object = None  # type: ignore[assignment]


_events = msgspec.json.Decoder(Event)
_loose_events = msgspec.json.Decoder(_LooseEvent)


def decode(values: Sequence[bytes | None]) -> list[Event | Problem]:
    """Decode one record a value, in order. Never raises on what a value holds."""
    # Decoded at once only if every line break is one between two records: no JSON value goes on over `}` break `{`, so
    # a bad record can neither swallow its neighbours nor make up for a missing one.
    if values and all(values):
        joined, breaks = b"\n".join(values), len(values) - 1  # type: ignore[arg-type]
        if (
            len(joined) <= MAX_RECORD * len(values)
            and joined.count(b"\n") == joined.count(b"}\n{") == breaks
            and joined.startswith(b"{")
        ):
            try:
                events = _events.decode_lines(joined)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                pass
            else:
                if len(events) == len(values) and max(map(len, values)) <= MAX_RECORD:  # type: ignore[arg-type]
                    return events  # type: ignore[return-value]
    return [decode_one(value) for value in values]


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
            return _with_loose_timestamp(value)
        if " - at " not in str(error):
            return Problem("malformed", f"not an event: {error}; an event is a JSON object")
        return Problem("wrong_type", str(error))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Problem("malformed", f"not JSON: {error}")


def _with_loose_timestamp(value: bytes) -> Event | Problem:
    """ISO 8601 has more forms than RFC 3339: a date alone, a space for the T, no seconds."""
    try:
        event = _loose_events.decode(value)
    except msgspec.ValidationError as error:
        if "$.timestamp" in str(error):
            return Problem("bad_timestamp", f"timestamp: {error}; write ISO 8601 or milliseconds since the epoch")
        return Problem("wrong_type", str(error))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Problem("malformed", f"not JSON: {error}")
    text = event.timestamp
    if isinstance(text, str):
        with suppress(ValueError):
            event.timestamp = datetime.fromisoformat(text.replace("Z", "+00:00"))
            return event
    return Problem("bad_timestamp", f"timestamp: {text!r:.80} is neither ISO 8601 nor milliseconds since the epoch")


_LAST = 253_402_300_800_000  # ms: the year 10000


def milliseconds(timestamp: datetime | float) -> int | None:
    """The time in ms since the epoch; a datetime without zone is UTC; None where it is before 1970 or after 9999."""
    if isinstance(timestamp, datetime):
        if timestamp.tzinfo is None:
            timestamp = timestamp.replace(tzinfo=timezone.utc)
        timestamp = round(timestamp.timestamp() * 1000)
    return int(timestamp) if 0 <= timestamp < _LAST else None
