"""The rows of a table with those of a second one laid beside them, checked against the mapping."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from streams.settings import SettingsError
from streams.tools.files.mapping import Mapping
from streams.tools.files.rows import Row, columns, rows
from streams.tools.files.source import Unroutable
from streams.tools.files.tables import Join


def read_rows(file: Path, mapping: Mapping) -> Iterator[Row | Unroutable]:
    """The rows of `file`, joined as the mapping says. Raises SettingsError where the mapping does not fit."""
    delimiter = mapping.source.delimiter
    have = _columns(file, delimiter)
    join = mapping.source.join
    beside: dict[str, dict[str, str]] = {}
    unread: list[Unroutable] = []
    if join is not None:
        other = file.parent / join.file
        more = _columns(other, delimiter)
        _check_join(mapping.path, file, have, other, more, join)
        have += tuple(column for column in more if column != join.on)
        beside, unread = _by_key(other, delimiter, join)
    _check_columns(mapping, file, have)
    empty = dict.fromkeys(have, "")
    yield from unread
    for row in rows(file, delimiter):
        if isinstance(row, Unroutable):
            yield row
        else:
            found = beside.get(row.values.get(join.on, ""), {}) if join is not None else {}
            yield Row(row.line, {**empty, **found, **row.values})


def _columns(file: Path, delimiter: str) -> tuple[str, ...]:
    have = columns(file, delimiter)
    for number, column in enumerate(have):
        if column and column in have[:number]:
            raise SettingsError(f"{file}: two columns are called {column!r}; rename one")
    return have


def _check_join(
    mapping: Path, file: Path, have: tuple[str, ...], other: Path, more: tuple[str, ...], join: Join
) -> None:
    for table, names in ((file, have), (other, more)):
        if join.on not in names:
            raise SettingsError(f"{mapping}: source.join.on: {_no_column(join.on, table, names)}")
    both = sorted((set(have) & set(more)) - {join.on, ""})
    if both:
        raise SettingsError(f"{mapping}: source.join: {file.name} and {other.name} both have {both[0]!r}; rename one")


def _by_key(file: Path, delimiter: str, join: Join) -> tuple[dict[str, dict[str, str]], list[Unroutable]]:
    """Each row by the column that joins, and the lines that are none."""
    found: dict[str, dict[str, str]] = {}
    unread: list[Unroutable] = []
    for row in rows(file, delimiter):
        if isinstance(row, Unroutable):
            unread.append(row._replace(detail=f"{file.name}: {row.detail}"))
            continue
        key = row.values.get(join.on, "")
        if key in found:
            raise SettingsError(f"{file}: line {row.line}: {join.on} {key!r} again; a row joins at most one")
        found[key] = row.values
    return found, unread


def _check_columns(mapping: Mapping, file: Path, have: tuple[str, ...]) -> None:
    for key, column in mapping.columns():
        if column not in have:
            raise SettingsError(f"{mapping.path}: {key}: {_no_column(column, file, have)}")


def _no_column(column: str, file: Path, have: tuple[str, ...]) -> str:
    return f"{column!r} is no column of {file.name}; it has {', '.join(filter(None, have))}"
