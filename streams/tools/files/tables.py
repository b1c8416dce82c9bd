"""The tables that a mapping file (TOML) is made of."""

from __future__ import annotations

from typing import Any

import msgspec

from streams.settings import Span


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class Column(Table, frozen=True, kw_only=True):
    """A text out of a column."""

    column: str
    empty: tuple[str, ...] = ()  # texts that say nothing, as the empty one does
    values: dict[str, str] = {}  # old text -> new text
    missing: str | None = None  # what stands for a text that says nothing; without it there is none


class Moment(Table, frozen=True, kw_only=True):
    """A time out of a column."""

    column: str
    format: str = "iso"  # iso, s, ms (since the epoch), or like "%d-%m-%Y %H:%M"
    timezone: str = "UTC"  # of times that do not say theirs


class When(Table, frozen=True, kw_only=True):
    """Exactly one of `equals`, `present`."""

    column: str
    equals: str | None = None
    present: bool | None = None


class Join(Table, frozen=True, kw_only=True):
    file: str  # in the data file's folder
    on: str  # the column that both have


class Source(Table, frozen=True, kw_only=True):
    join: Join | None = None  # a table whose columns are laid beside the file's, at most one row to a row
    delimiter: str = ","


class Visitor(Table, frozen=True, kw_only=True):
    """Exactly one of `column`, `prefix`; with a prefix each row is a visitor of its own, named by its line."""

    column: str | None = None
    prefix: str | None = None


class Time(Table, frozen=True, kw_only=True):
    """When a row happened: `column`, or `start` and `spread` for a table without times."""

    column: str | None = None
    format: str = "iso"
    timezone: str = "UTC"
    start: str | None = None  # ISO 8601
    spread: Span | None = None  # the rows lie evenly in [start, start + spread)
    seed: int | None = None  # shuffles them; without it they keep their order
    gap: Span = Span.parse("1s")  # from one event of a row to the next


class EventRule(Table, frozen=True, kw_only=True):
    topic: str
    event: str | None = None  # default: the topic's
    when: When | None = None  # default: always
    time: Moment | None = None  # default: the row's time, a gap after the event before it
    value: Column | None = None  # a number
    currency: Column | None = None  # of that number; default: the settings' money.currency
    campaign: Column | None = None
    content: Column | None = None


class MappingFile(Table, frozen=True, kw_only=True):
    settings: str | None = None
    source: Source = Source()
    visitor: Visitor
    time: Time
    traits: dict[str, dict[str, Any]] = {}
    events: tuple[EventRule, ...]
