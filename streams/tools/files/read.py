"""The one way to turn a file into source records: replay and backtest see the same events in the same order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from streams.settings import SettingsError
from streams.tools.files.lines import read_lines
from streams.tools.files.mapped import read_mapped
from streams.tools.files.mapping import Mapping
from streams.tools.files.rows import is_json_lines
from streams.tools.files.source import SourceRecord, Unroutable, closing, come_to

__all__ = ["SourceRecord", "Unroutable", "closing", "come_to", "read", "read_counted"]


def read(file: Path, mapping: Mapping | None) -> Iterator[SourceRecord | Unroutable]:
    """The records of `file`.

    With a mapping: of each row (CSV, or JSON lines) the visitor's profile and the events that the mapping makes, in
    time order, at equal times in the order of `SOURCE_TOPICS`, then of the rows; what cannot be sent comes first. The
    whole file is in memory meanwhile. Without: JSON lines, each an event as on Kafka, in the file's order.

    Raises SettingsError where the mapping does not fit the file.
    """
    if mapping is not None:
        return read_mapped(file, mapping)
    if not is_json_lines(file):
        raise SettingsError(
            f"{file}: without a mapping this must be JSON lines, one event a line, in a file named *.jsonl, *.ndjson "
            "or *.json; for a table give --mapping MAP.toml (examples/ has some)"
        )
    return read_lines(file)


def read_counted(file: Path, mapping: Mapping | None) -> tuple[Iterable[SourceRecord | Unroutable], int]:
    """What `read` gives, and how many records that is, for who shows how far it is. Raises SettingsError as `read`."""
    records = read(file, mapping)
    if mapping is not None:
        kept = list(records)
        return kept, len(kept)
    with file.open("rb") as lines:
        return records, sum(1 for line in lines if line.strip())
