"""Within an assignment a partition is read once, in order.

Faust hands the backlog over twice after most restarts: it fetches, then seeks to the committed offset and fetches
again. And a batch fetched before the seek may lie ahead of where reading must begin. So each source topic partition
keeps the next offset that it expects:

    below it     read already: skipped
    above it     the batch is not taken, and reading goes back to the expected offset; only when the very same gap comes
                 again is it the log's own (records have expired), and the batch is taken
"""

from __future__ import annotations

from collections.abc import Sequence

import faust
from faust.types import TP

from streams.engine.fetching import Fetched, Record


class Position:
    """The next offset expected of one topic partition."""

    def __init__(self, expected: int) -> None:
        self.expected = expected
        self._gap: int | None = None

    def take(self, fetched: Fetched) -> Sequence[Record] | None:
        """Those of the records that are new; None where reading must go back to `expected` first."""
        if fetched.end <= self.expected:
            return []
        if fetched.begin > self.expected and (self._gap is None or fetched.begin != self._gap):
            self._gap = fetched.begin if self._gap is None else min(self._gap, fetched.begin)
            return None
        new = fetched.records
        if fetched.begin < self.expected:
            new = [record for record in new if record.offset >= self.expected]
        self._gap = None
        self.expected = fetched.end
        return new


async def new_records(app: faust.App, tp: TP, position: Position, fetched: Fetched) -> Sequence[Record]:
    """Those of a fetched batch that are new; none where it must be fetched again from the expected offset on."""
    new = position.take(fetched)
    if new is None:
        await app.consumer.seek(tp, position.expected)
        return []
    return new
