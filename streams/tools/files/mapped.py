"""The rows of a table, laid out in time, become source records in time order."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from streams.events.topics import RANK
from streams.tools.files.joined import read_rows
from streams.tools.files.mapping import Mapping
from streams.tools.files.moments import parse_time
from streams.tools.files.row_records import (
    RefusedError,
    event_records,
    profile_record,
    row_time,
    unroutable,
    visitor_of,
)
from streams.tools.files.rows import Row
from streams.tools.files.source import SourceRecord, Unroutable
from streams.tools.files.tables import Time


def read_mapped(file: Path, mapping: Mapping) -> Iterator[SourceRecord | Unroutable]:
    """What `streams.tools.records.read` says. Raises SettingsError where the mapping does not fit the file."""
    rows: list[Row] = []
    for row in read_rows(file, mapping):
        if isinstance(row, Row):
            rows.append(row)
        else:
            yield row
    starts = None if mapping.time.spread is None else _spread(len(rows), mapping.time, len(mapping.events))
    records: list[SourceRecord] = []
    for number, row in enumerate(rows):
        for made in _of_row(row, None if starts is None else starts[number], file.name, mapping):
            if isinstance(made, SourceRecord):
                records.append(made)
            else:
                yield made
    # The sort is stable: what is equal here stays in the order of the rows.
    records.sort(key=lambda record: (record.timestamp, RANK[record.topic]))
    yield from records


def _spread(rows: int, time: Time, events: int) -> list[int]:
    """The time (ms) of each row, evenly over the span."""
    assert time.start is not None
    assert time.spread is not None
    first = parse_time(time.start, "iso", "UTC")
    places = list(range(rows))
    if time.seed is not None:
        random.Random(time.seed).shuffle(places)  # noqa: S311 (no secret)
    room = time.spread - time.gap * events  # the last row's events lie within the span, too
    return [first + place * room // rows for place in places]


def _of_row(row: Row, start: int | None, file: str, mapping: Mapping) -> Iterator[SourceRecord | Unroutable]:
    """The row's profile and events; in the place of those that cannot be made, why."""
    try:
        visitor = visitor_of(row, mapping.visitor)
        if start is None:
            start = row_time(row, mapping.time)
    except RefusedError as refused:
        yield unroutable("", row, refused)
        return
    made = list(event_records(row, visitor, start, file, mapping))
    if mapping.traits:
        first = min((record.timestamp for record in made if isinstance(record, SourceRecord)), default=start)
        yield profile_record(row, visitor, first, mapping.traits)
    yield from made
