"""The rows of a CSV or JSON-lines file, as text by column."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, TextIO

import msgspec
import orjson

from streams.settings import SettingsError
from streams.tools.files.source import Unroutable


class Row(NamedTuple):
    """One row; a column that a JSON row does not have, or has as null, is the empty text."""

    line: int  # in its file, from 1; the last of a row that goes over several
    values: dict[str, str]


def is_json_lines(file: Path) -> bool:
    """Whether the name says so; anything else is taken for CSV."""
    return file.suffix.lower() in {".jsonl", ".ndjson", ".json"}


def columns(file: Path, delimiter: str) -> tuple[str, ...]:
    """The header of a CSV file; that of JSON lines is all keys that any row has."""
    if is_json_lines(file):
        found = (row.values for row in rows(file, delimiter) if isinstance(row, Row))
        return tuple(dict.fromkeys(column for values in found for column in values))
    with _open(file) as text:
        return tuple(next(csv.reader(text, delimiter=delimiter), ()))


def rows(file: Path, delimiter: str) -> Iterator[Row | Unroutable]:
    """Each row of `file`, in order; one that cannot be read as one is Unroutable. Raises SettingsError."""
    return _json_rows(file) if is_json_lines(file) else _csv_rows(file, delimiter)


def _csv_rows(file: Path, delimiter: str) -> Iterator[Row | Unroutable]:
    with _open(file) as text:
        reader = csv.reader(text, delimiter=delimiter)
        header = next(reader, [])
        while True:
            try:
                fields = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Unroutable("", b"", "malformed", f"line {reader.line_num}: {error}", reader.line_num)
                continue
            if len(fields) == len(header):
                yield Row(reader.line_num, dict(zip(header, fields, strict=True)))
            elif fields:
                detail = f"line {reader.line_num}: {len(fields)} fields, the header has {len(header)}"
                yield Unroutable("", orjson.dumps(fields), "malformed", detail, reader.line_num)


def _json_rows(file: Path) -> Iterator[Row | Unroutable]:
    decoder = msgspec.json.Decoder(dict[str, object])
    with file.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                values = decoder.decode(line)
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                detail = f"line {number}: not a JSON object: {error}"
                yield Unroutable("", line.strip(), "malformed", detail, number)
            else:
                yield Row(number, {column: _text(value) for column, value in values.items()})


def _text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _open(file: Path) -> TextIO:
    try:
        # A byte that is no UTF-8 becomes U+FFFD: one bad name must not stop the file.
        return file.open(encoding="utf-8-sig", errors="replace", newline="")
    except OSError as error:
        raise SettingsError(f"{file}: cannot be read: {error.strerror}") from None
