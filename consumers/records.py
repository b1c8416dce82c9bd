"""Kafka records become messages; one that cannot be read is passed over, with one line that says why."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import msgspec
from kafka.consumer.fetcher import ConsumerRecord

from consumers.marks import key_of
from streams.messages import (
    Acknowledged,
    Alert,
    AlertMark,
    DimensionOverview,
    Held,
    Muted,
    Relayed,
    SegmentScores,
    VisitorSegments,
)

T = TypeVar("T")
log = logging.getLogger("segpulse.kafka")
YEAR_10000 = 253_402_300_800_000  # ms: from then on there is no way to write a time down
_scores = msgspec.json.Decoder(SegmentScores)
_overview = msgspec.json.Decoder(DimensionOverview)
_visitor = msgspec.json.Decoder(VisitorSegments)
_alert = msgspec.json.Decoder(Alert)
_mark: msgspec.json.Decoder[AlertMark] = msgspec.json.Decoder(Acknowledged | Muted | Held | Relayed)


class MalformedError(ValueError):
    """A record is not what its topic holds; the message says what is wrong."""


def scores_of(record: ConsumerRecord) -> tuple[str, SegmentScores | None]:
    """Key and value of a record of `segment_scores`; None: the segment is gone. Raises MalformedError."""
    if ":" not in _key(record):
        raise MalformedError(f"the key must be dimension:value, not {_key(record)!r}")
    return _keyed(record, _scores, lambda scores: f"{scores.dimension}:{scores.value}", lambda scores: (scores.at,))


def overview_of(record: ConsumerRecord) -> tuple[str, DimensionOverview | None]:
    """Key and value of a record of `dimension_overviews`; None: not told any more. Raises MalformedError."""
    return _keyed(record, _overview, lambda told: told.dimension, lambda told: (told.start, told.end))


def alert_of(record: ConsumerRecord) -> Alert:
    """The value of a record of `segment_alerts`. Raises MalformedError."""
    if record.value is None:
        raise MalformedError("the value is empty")
    alert = _decode(_alert, record.value)
    _check_times(alert.at, alert.since)
    return alert


def visitor_of(record: ConsumerRecord) -> tuple[str, VisitorSegments | None]:
    """Key and value of a record of `visitor_segments`; None: nothing is told any more. Raises MalformedError."""
    key = _key(record)
    if not key:
        raise MalformedError("the key is empty: it must be a visitor's id")
    if record.value is None:
        return key, None
    said = _decode(_visitor, record.value)
    _check_times(said.at)
    return key, said


def mark_of(record: ConsumerRecord) -> tuple[str, AlertMark | None]:
    """Key and value of a record of `alert_marks`; None: it was taken back. Raises MalformedError."""
    return _keyed(record, _mark, key_of, lambda mark: (mark.at,))


def _keyed(
    record: ConsumerRecord,
    decoder: msgspec.json.Decoder[T],
    key_of: Callable[[T], str],
    times_of: Callable[[T], tuple[int, ...]],
) -> tuple[str, T | None]:
    """Key and value, which say the same of whose they are; None: a tombstone."""
    key = _key(record)
    if record.value is None:
        return key, None
    message = _decode(decoder, record.value)
    _check_times(*times_of(message))
    if (own := key_of(message)) != key:
        raise MalformedError(f"the key is {key!r}, the value is of {own}")
    return key, message


def _key(record: ConsumerRecord) -> str:
    try:
        return bytes(record.key or b"").decode()
    except UnicodeDecodeError:
        raise MalformedError("the key is not UTF-8") from None


def _decode(decoder: msgspec.json.Decoder[T], value: bytes) -> T:
    try:
        return decoder.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedError(str(error)) from None


def _check_times(*times: int) -> None:
    for time in times:
        if not 0 <= time < YEAR_10000:
            raise MalformedError(f"{time} is not a time in ms since the epoch")


def readable(records: Iterable[ConsumerRecord], read: Any) -> Iterator[tuple[ConsumerRecord, Any]]:
    """Each record with what `read` makes of it; the malformed are passed over and told in one line together."""
    malformed, first = 0, ""
    for record in records:
        try:
            message = read(record)
        except MalformedError as error:
            malformed += 1
            first = first or f"{record.topic}[{record.partition}] at offset {record.offset}: {error}"
        else:
            yield record, message
    if malformed:
        log.warning("kafka: passed over %d malformed record(s); first %s", malformed, first)
