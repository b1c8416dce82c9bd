"""One row of a table: its visitor, its time, the visitor's profile and the events in it, as a mapping says."""

from __future__ import annotations

import math
from collections.abc import Iterator

import orjson

from streams.events.topics import PROFILES, SOURCES
from streams.messages import Reason
from streams.tools.files.mapping import Mapping
from streams.tools.files.moments import parse_time
from streams.tools.files.rows import Row
from streams.tools.files.source import SourceRecord, Unroutable
from streams.tools.files.tables import Column, EventRule, Time, Visitor, When


class RefusedError(Exception):
    """A row, or an event of it, cannot be made."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason: Reason = reason


def unroutable(topic: str, row: Row, refused: RefusedError) -> Unroutable:
    """`row` as a dead letter."""
    return Unroutable(topic, orjson.dumps(row.values), refused.reason, f"line {row.line}: {refused}", row.line)


def visitor_of(row: Row, visitor: Visitor) -> str:
    """The row's visitor. Raises RefusedError."""
    if visitor.column is None:
        return f"{visitor.prefix}{row.line}"
    if name := row.values.get(visitor.column, "").strip():
        return name
    raise RefusedError("missing_visitor", f"column {visitor.column!r}: empty; the visitor's id must stand there")


def row_time(row: Row, time: Time) -> int:
    """The row's time in ms. Raises RefusedError."""
    assert time.column is not None
    return _moment(row, time.column, time.format, time.timezone)


def profile_record(row: Row, visitor: str, timestamp: int, traits: dict[str, Column]) -> SourceRecord:
    """The visitor's traits as the row has them; those that it does not have are left out."""
    known = {name: text for name, column in traits.items() if (text := _text(row, column)) is not None}
    return _record(PROFILES, visitor, timestamp, {"visitor_id": visitor, "timestamp": timestamp, "traits": known})


def event_records(
    row: Row, visitor: str, start: int, file: str, mapping: Mapping
) -> Iterator[SourceRecord | Unroutable]:
    """The events of the row, the first at `start` (ms) unless it has a time of its own."""
    following = start
    for number, rule in enumerate(mapping.events):
        if not _holds(rule.when, row):
            continue
        try:
            if rule.time is None:
                timestamp, following = following, following + mapping.time.gap
            else:
                timestamp = _moment(row, rule.time.column, rule.time.format, rule.time.timezone)
            event = _event(row, rule)
        except RefusedError as refused:
            yield unroutable(rule.topic, row, refused)
            continue
        # The same row of the same file is the same event, however often it is sent.
        identity = {"event_id": f"{file}:{row.line}:{number}", "visitor_id": visitor, "timestamp": timestamp}
        yield _record(rule.topic, visitor, timestamp, {**identity, **event})


def _event(row: Row, rule: EventRule) -> dict[str, object]:
    event: dict[str, object] = {"event": rule.event or SOURCES[rule.topic].default}
    for field, column in (("campaign", rule.campaign), ("content", rule.content), ("currency", rule.currency)):
        if column is not None and (text := _text(row, column)) is not None:
            event[field] = text
    if rule.value is not None and (text := _text(row, rule.value)) is not None:
        event["value"] = _number(text, rule.value.column)
    return event


def _holds(when: When | None, row: Row) -> bool:
    if when is None:
        return True
    text = row.values.get(when.column, "").strip()
    return text == when.equals if when.equals is not None else bool(text) == when.present


def _text(row: Row, column: Column) -> str | None:
    text = row.values.get(column.column, "").strip()
    if not text or text in column.empty:
        return column.missing
    return column.values.get(text, text)


def _number(text: str, column: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise RefusedError("wrong_type", f"column {column!r}: {text!r:.80} is not a number")
    return number


def _moment(row: Row, column: str, form: str, zone: str) -> int:
    text = row.values.get(column, "").strip()
    try:
        return parse_time(text, form, zone)
    except (ValueError, OverflowError):
        raise RefusedError(
            "bad_timestamp", f"column {column!r}: {text!r:.80} is not a time of format {form!r}"
        ) from None


def _record(topic: str, visitor: str, timestamp: int, event: dict[str, object]) -> SourceRecord:
    return SourceRecord(topic, visitor, orjson.dumps(event), timestamp)
