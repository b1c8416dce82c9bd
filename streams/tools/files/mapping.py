"""A mapping file (TOML) says how the rows of a table become events; examples/ has three."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from streams.events.topics import SOURCES
from streams.settings import SettingsError, convert, read_toml
from streams.tools.files.moments import parse_time
from streams.tools.files.tables import Column, EventRule, MappingFile, Source, Time, Visitor


class Mapping(msgspec.Struct, frozen=True, kw_only=True):
    """A mapping file that makes sense in itself; whether it fits a data file shows when that is read."""

    path: Path
    settings: Path | None  # the settings file that belongs to it
    source: Source
    visitor: Visitor
    time: Time
    traits: dict[str, Column]
    events: tuple[EventRule, ...]

    def columns(self) -> Iterator[tuple[str, str]]:
        """(key in the mapping file, name of a column it needs)"""
        for key, name in (("visitor.column", self.visitor.column), ("time.column", self.time.column)):
            if name is not None:
                yield key, name
        for trait, column in self.traits.items():
            yield f"traits.{trait}.column", column.column
        for number, rule in enumerate(self.events):
            for part in ("when", "time", "value", "currency", "campaign", "content"):
                if (used := getattr(rule, part)) is not None:
                    yield f"events[{number}].{part}.column", used.column


def load(path: Path) -> Mapping:
    """The mapping in `path`. Raises SettingsError, which names file and key and says what would be right."""
    file = convert(read_toml(path), MappingFile, str(path))
    # One by one, so that an error names the trait.
    traits = {name: convert(column, Column, str(path), f"traits.{name}") for name, column in file.traits.items()}
    _check(file, path)
    settings = None if file.settings is None else path.parent / file.settings
    if settings is not None and not settings.is_file():
        raise SettingsError(f"{path}: settings: there is no file {settings}")
    return Mapping(
        path=path,
        settings=settings,
        source=file.source,
        visitor=file.visitor,
        time=file.time,
        traits=traits,
        events=file.events,
    )


def _check(file: MappingFile, path: Path) -> None:
    for key, wrong in _wrong(file):
        raise SettingsError(f"{path}: {key}: {wrong}")


def _wrong(file: MappingFile) -> Iterator[tuple[str, str]]:
    """(key, what would be right) for all that types cannot say."""
    if len(file.source.delimiter) != 1:
        yield "source.delimiter", "must be one character"
    if (file.visitor.column is None) == (file.visitor.prefix is None):
        yield "visitor", "give either column, or prefix where each row is a visitor of its own"
    yield from _wrong_time(file.time, len(file.events))
    if not file.events:
        yield "events", "declare at least one [[events]]"
    for number, rule in enumerate(file.events):
        for key, wrong in _wrong_rule(rule):
            yield f"events[{number}].{key}", wrong


def _wrong_time(time: Time, events: int) -> Iterator[tuple[str, str]]:
    if time.column is not None:
        if time.spread is not None or time.start is not None or time.seed is not None:
            yield "time", "with column there is no start, spread or seed"
        yield from _wrong_zone("time", time.timezone)
        return
    if time.spread is None or time.start is None:
        yield "time", "give either column, or start and spread for a table without times"
        return
    try:
        parse_time(time.start, "iso", "UTC")
    except ValueError:
        yield "time.start", f"{time.start!r} is not ISO 8601, like '2026-01-01' or '2026-01-01T08:00:00Z'"
    if time.spread <= time.gap * events:
        yield "time.spread", f"{time.spread} is too short for {events} events {time.gap} apart"


def _wrong_zone(key: str, zone: str) -> Iterator[tuple[str, str]]:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        yield f"{key}.timezone", f"{zone!r} is no time zone, like 'UTC' or 'Europe/Berlin'"


def _wrong_rule(rule: EventRule) -> Iterator[tuple[str, str]]:
    source = SOURCES.get(rule.topic)
    if source is None:
        yield "topic", f"{rule.topic!r} is none of {', '.join(SOURCES)}"
        return
    names = ", ".join(sorted(source.names))
    if rule.event is None and source.default is None:
        yield "event", f"give one of {names}"
    if rule.event is not None and source.names and rule.event not in source.names:
        yield "event", f"{rule.event!r} is none of {names}"
    if rule.when is not None and (rule.when.equals is None) == (rule.when.present is None):
        yield "when", 'give exactly one of equals = "…", present = true'
    if rule.time is not None:
        yield from _wrong_zone("time", rule.time.timezone)
