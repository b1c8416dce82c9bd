"""Within an assignment a partition is read once, in order.

Faust hands the backlog over twice after most restarts: it fetches, then seeks to the committed offset and fetches
again. And a batch fetched before the seek may lie ahead of where reading must begin. So each source topic partition
keeps the next offset that it expects:

    below it     read already: skipped
    above it     the batch is not taken, and reading goes back to the expected offset; only when a gap comes a second
                 time is it the log's own (records have expired), and the batch is taken: one that was fetched before
                 the seek is thrown away by it, so it comes once
"""

from __future__ import annotations

import faust
from faust.types import TP

from streams.engine.fetching import Fetched


class Position:
    """The next offset expected of one topic partition."""

    def __init__(self, expected: int) -> None:
        self.expected = expected
        self._gaps: set[int] = set()  # where batches began that were not taken since

    def take(self, fetched: Fetched) -> int | None:
        """The offset from which on it is new, its end where nothing is; None: reading must go back to `expected`."""
        if fetched.end <= self.expected:
            return fetched.end
        if fetched.begin > self.expected and fetched.begin not in self._gaps:
            self._gaps.add(fetched.begin)
            return None
        since, self.expected = max(fetched.begin, self.expected), fetched.end
        self._gaps.clear()
        return since


async def new_since(app: faust.App, tp: TP, position: Position, fetched: Fetched) -> int:
    """The offset from which on a fetched batch is new: its end where it must be fetched again from `expected` on."""
    since = position.take(fetched)
    if since is None:
        await app.consumer.seek(tp, position.expected)
        return fetched.end
    return since
