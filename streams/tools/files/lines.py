"""JSON lines, each an event exactly as on Kafka, become source records."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from streams.events.decode import Event, decode_one
from streams.events.times import milliseconds
from streams.events.topics import PROFILES, SOURCE_TOPICS, SOURCES
from streams.tools.files.source import SourceRecord, Unroutable


class _Line(msgspec.Struct):
    """What must be known to send an event. All else about it, right or wrong, is the worker's to judge."""

    topic: object = None
    event: object = None
    visitor_id: object = None
    user_id: object = msgspec.field(name="userId", default=None)
    anonymous_id: object = msgspec.field(name="anonymousId", default=None)


def _topics_by_event() -> dict[str, str]:
    """Event name -> its topic, for the names that only one topic has."""
    found: dict[str, set[str]] = {}
    for topic, source in SOURCES.items():
        for name in source.names | ({source.default} if source.default else set()):
            found.setdefault(name, set()).add(topic)
    return {name: topics.pop() for name, topics in found.items() if len(topics) == 1}


TOPIC_OF_EVENT = _topics_by_event()
_DECODER = msgspec.json.Decoder(_Line)


def read_lines(file: Path) -> Iterator[SourceRecord | Unroutable]:
    """The events of `file` in its order. Blank lines are passed over.

    What has no time that can be read takes that of the event before it, or of the first event that has one.
    """
    last_time = _first_time(file)
    with file.open("rb") as lines:
        for number, raw in enumerate(lines, start=1):
            if value := raw.strip():
                record = _record(value, number, last_time)
                if isinstance(record, SourceRecord) and record.topic != PROFILES:
                    last_time = record.timestamp
                yield record


def _first_time(file: Path) -> int:
    """ms; a file often begins with profiles that have no time, or one from long before."""
    with file.open("rb") as lines:
        for raw in lines:
            record = _record(raw.strip(), 0, -1)
            if isinstance(record, SourceRecord) and record.topic != PROFILES and record.timestamp >= 0:
                return record.timestamp
    return 0


def _record(value: bytes, number: int, last_time: int) -> SourceRecord | Unroutable:
    try:
        line = _DECODER.decode(value)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return Unroutable("", value, "malformed", f"line {number}: not a JSON object: {error}", number)
    topic = _topic(line)
    if topic is None:
        return Unroutable("", value, "unknown_topic", f"line {number}: {_no_topic(line)}", number)
    time = _time(value)
    return SourceRecord(topic, _visitor(line), value, last_time if time is None else time)


def _topic(line: _Line) -> str | None:
    if line.topic is not None:
        return line.topic if isinstance(line.topic, str) and line.topic in SOURCE_TOPICS else None
    return TOPIC_OF_EVENT.get(line.event) if isinstance(line.event, str) else None


def _no_topic(line: _Line) -> str:
    if line.topic is not None:
        return f"topic {line.topic!r} is none of {', '.join(SOURCE_TOPICS)}"
    return f"no topic, and the event {line.event!r} does not say which one: give the event a 'topic' field"


def _visitor(line: _Line) -> str | None:
    for candidate in (line.visitor_id, line.user_id, line.anonymous_id):
        if candidate not in (None, "") and isinstance(candidate, (str, int)):
            return str(candidate)
    return None


def _time(value: bytes) -> int | None:
    event = decode_one(value)
    if not isinstance(event, Event) or event.timestamp is None:
        return None
    try:
        return milliseconds(event.timestamp)
    except ValueError:
        return None
