"""Fetched records, made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from streams.engine.fetching import Fetched


class Made(NamedTuple):
    offset: int
    key: bytes | None = None
    value: bytes | None = None
    timestamp: int = 0
    timestamp_type: int = 0


def fetched(records: Sequence[Made], begin: int | None = None, end: int | None = None) -> Fetched:
    """From the first record to the last, unless `begin` and `end` say that there are gaps before and behind."""
    first = records[0].offset if begin is None else begin
    return Fetched(first, records[-1].offset + 1 if end is None else end, [records], None)
