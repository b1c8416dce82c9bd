"""Visitors as rows: each has a number while anything is known of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import compress

import numpy as np

from streams.events.columns import Bools, Ints, Prints, Rows, grown
from streams.events.fingerprints import Table

_ROOM = 65_536  # visitors before it is looked who may be forgotten


class Visitors:
    """Row numbers of visitors, by the fingerprints of their names.

    Who is not known by any trait and has not been heard of for a while leaves nothing behind when forgotten, so the
    rows are bounded by those known and those lately here.
    """

    def __init__(self) -> None:
        self._rows = Table()  # values: row
        self.names: list[str] = []  # of a free row: the last visitor's that was there
        self._free: list[int] = []
        self._room = _ROOM
        self._last: Ints = np.full(1024, -1, dtype=np.int64)  # ms: the newest event

    def __len__(self) -> int:
        return len(self.names)

    def rows(self, names: Sequence[str], prints: Prints, times: Ints) -> Rows:
        """The row of each visitor, heard of at its time (ms); those that have none get one."""
        slot, new = self._rows.place(prints)
        if new.any():
            self._rows.values[slot[new]] = self._give(list(compress(names, new.tolist())))
        rows = self._rows.values[slot]
        self._last = grown(self._last, len(self.names), -1)
        np.maximum.at(self._last, rows, times)
        return rows.astype(np.int32)

    def _give(self, names: list[str]) -> list[int]:
        """A row to each of these: first those that are free."""
        reused = [self._free.pop() for _ in names[: len(self._free)]]
        for row, name in zip(reused, names, strict=False):
            self.names[row] = name
        first = len(self.names)
        self.names += names[len(reused) :]
        return [*reused, *range(first, len(self.names))]

    def forget(self, before: int, known: Callable[[Ints], Bools]) -> Ints:
        """Once it is crowded: free the rows of those not `known` (rows -> a mask) and not heard of since `before` (ms).

        Returns the rows freed. Nothing else may know anything of events before `before`.
        """
        if len(self._rows) < self._room:
            return np.empty(0, dtype=np.int64)
        used = self._rows.values[self._rows.used]
        freed = used[~known(used) & (self._last[used] < before)]
        gone = np.zeros(len(self.names), dtype=np.bool_)
        gone[freed] = True
        self._rows.keep(~gone[self._rows.values])
        self._free += freed.tolist()
        self._last[freed] = -1
        self._room = max(_ROOM, 2 * len(self._rows))
        return freed
