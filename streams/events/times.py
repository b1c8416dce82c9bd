"""Timestamps as producers write them become milliseconds since the epoch, many at a time where they are plain."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timezone

import msgspec
import numpy as np

from streams.events.columns import Ints

Timestamp = str | int | float

UNREAD = -1  # in an array of times: not a plain time; `milliseconds` says what it is

_LAST = 253_402_300_800_000  # ms: the year 10000
_FORM = b"dddd-dd-ddTdd:dd:dd.dddZ"  # d: a digit
_DIGITS = np.array([place for place, char in enumerate(_FORM) if char == ord("d")])
_MARKS = np.array([place for place, char in enumerate(_FORM) if char != ord("d")])
_MARK = np.frombuffer(_FORM, dtype=np.uint8)[_MARKS]


def milliseconds(timestamp: Timestamp) -> int | None:
    """The time in ms since the epoch; text is ISO 8601, without zone UTC. None before 1970 and after 9999.

    Raises ValueError where the text is no time.
    """
    if isinstance(timestamp, str):
        moment = _read(timestamp)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=timezone.utc)
        timestamp = round(moment.timestamp() * 1000)
    return int(timestamp) if 0 <= timestamp < _LAST else None


def _read(text: str) -> datetime:
    with suppress(msgspec.ValidationError):
        return msgspec.convert(text, datetime)
    # ISO 8601 has more forms than RFC 3339: a date alone, a space for the T, no seconds.
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def plain_milliseconds(timestamps: Sequence[Timestamp | None]) -> Ints:
    """Each as `milliseconds` gives it where all are whole numbers or `2026-01-02T12:00:00.000Z`; else UNREAD."""
    kinds = set(map(type, timestamps))
    if kinds == {str}:
        return _from_text(timestamps)  # type: ignore[arg-type]
    out = np.full(len(timestamps), UNREAD, dtype=np.int64)
    if kinds == {int}:
        with suppress(OverflowError):
            given = np.array(timestamps, dtype=np.int64)
            out = np.where((given >= 0) & (given < _LAST), given, UNREAD)
    return out


def _from_text(texts: Sequence[str]) -> Ints:
    out = np.full(len(texts), UNREAD, dtype=np.int64)
    if set(map(len, texts)) != {len(_FORM)}:
        return out
    with suppress(UnicodeEncodeError):
        text = np.frombuffer("".join(texts).encode("ascii"), dtype=f"S{len(_FORM)}")
        chars = text.view(np.uint8).reshape(-1, len(_FORM))
        digits = chars[:, _DIGITS] - np.uint8(ord("0"))
        plain = (digits <= 9).all(axis=1) & (chars[:, _MARKS] == _MARK).all(axis=1)
        with suppress(ValueError):  # some day that no calendar has: then each is looked at by itself
            read = text[plain].astype(f"S{len(_FORM) - 1}").astype("datetime64[ms]").astype(np.int64)
            out[plain] = np.where(read >= 0, read, UNREAD)
    return out
