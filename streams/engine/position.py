"""Within an assignment a partition is read once, in order.

Faust hands the backlog over twice after most restarts: it fetches, then seeks to the committed offset and fetches
again. And a batch fetched before the seek may lie ahead of where reading must begin. So each source topic partition
keeps the next offset that it expects:

    below it     read already: skipped
    above it     the batch is not taken, and reading goes back to the expected offset; only when the very same gap comes
                 again is it the log's own (records expired or compacted away), and the batch is taken
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

import faust
from faust.types import TP


class HasOffset(Protocol):
    """A record."""

    @property
    def offset(self) -> int:
        """Its place in its partition's log."""


R = TypeVar("R", bound=HasOffset)


class Position:
    """The next offset expected of one topic partition."""

    def __init__(self, expected: int, gaps: bool = False) -> None:
        self.expected = expected
        self._gaps = gaps  # are there gaps wherever a transaction ends? Then each is believed at once
        self._gap: int | None = None

    def take(self, records: Sequence[R]) -> Sequence[R] | None:
        """Those of `records` (in offset order) that are new; None where reading must go back to `expected` first."""
        new = [record for record in records if record.offset >= self.expected]
        if not new:
            return new
        first = new[0].offset
        if not self._gaps and first > self.expected and (self._gap is None or first != self._gap):
            self._gap = first if self._gap is None else min(self._gap, first)
            return None
        self._gap = None
        self.expected = new[-1].offset + 1
        return new


async def new_records(app: faust.App, tp: TP, position: Position, records: Sequence[R]) -> Sequence[R]:
    """Those of a fetched batch that are new; none where it must be fetched again from the expected offset on."""
    new = position.take(records)
    if new is None:
        await app.consumer.seek(tp, position.expected)
        return []
    return new
