"""Which values of a dimension are shown by name, and which together as `other`.

Decided tick by tick, from what has counts at the tick and from nothing else: not from which source partition or
worker saw a value first. A value that has left all windows makes room for another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set

import numpy as np

from streams.events.columns import Bools, Ints
from streams.segments.registry import OTHER, UNKNOWN


class Naming:
    """Rows of a dimension's scores: `names[row]` is the value shown there, None where the row is free.

    `values` are the dimension's, by id. They may grow at the end from call to call, and do not change otherwise.
    """

    def __init__(self, max_values: int) -> None:
        self._room = max_values
        self.names: list[str | None] = []
        self.folded = 0  # values that had counts at a tick and no row, summed over the ticks
        self._rows: dict[str, int] = {}
        self._free: list[int] = []
        self._row_of: Ints = np.zeros(0, dtype=np.int64)  # by id; -1: without a row of its own

    def copy(self) -> Naming:
        """Another that begins with the same."""
        other = Naming(self._room)
        other.names, other._rows, other._free = self.names.copy(), self._rows.copy(), self._free.copy()
        other._row_of = self._row_of.copy()
        return other

    def restore(self, names: Iterable[str]) -> list[int]:
        """Begin with these values named; their rows, in their order."""
        return [self._take(name) for name in names]

    def assign(self, values: Sequence[str], active: Bools, seen: Bools) -> list[int]:
        """Give rows to those of `values` that have counts now (`active`) and find room.

        Rows that had none at the last tick (not `seen`) are freed first, even if they have some again: a successor
        knows nothing of them. Returns the rows that are new or freed: what was known of them is about somebody else.
        """
        changed = [row for row in np.flatnonzero(~seen).tolist() if self.names[row] not in (None, OTHER)]
        row_of = self._locate(values)
        row_of[np.isin(row_of, changed)] = -1
        for row in changed:
            self._release(row)
        nameless = {values[i]: i for i in np.flatnonzero(active & (row_of < 0)).tolist()}
        for name in self._find_room(nameless.keys() - self._rows.keys()):
            row = self._take(name)
            changed.append(row)
            if name in nameless:
                row_of[nameless[name]] = row
        self.folded += len(nameless.keys() - self._rows.keys())
        return changed

    def fold(self, values: Sequence[str], totals: Ints) -> Ints:
        """`totals` [windows × values × measures] as [windows × rows × measures]."""
        row_of = self._locate(values)
        out = np.zeros((totals.shape[0], len(self.names), totals.shape[2]), dtype=np.int64)
        named = np.flatnonzero(row_of >= 0)
        out[:, row_of[named]] = totals[:, named]
        if OTHER in self._rows:
            out[:, self._rows[OTHER]] += totals[:, row_of < 0].sum(axis=1)
        return out

    def _locate(self, values: Sequence[str]) -> Ints:
        """The row of each value."""
        new = [self._rows.get(value, -1) for value in values[len(self._row_of) :]]
        self._row_of = np.concatenate([self._row_of, np.array(new, dtype=np.int64)])
        return self._row_of

    def _find_room(self, names: Set[str]) -> list[str]:
        """Those of the new `names` that get a row: the first by name, and `other` if not all of them do."""
        always = names & {OTHER, UNKNOWN}
        room = self._room - len(self._rows) + len({OTHER, UNKNOWN} & self._rows.keys())
        chosen = sorted(names - always)[: max(0, room)]
        if len(chosen) + len(always) < len(names) and OTHER not in self._rows:
            always = always | {OTHER}
        return [*sorted(always), *chosen]

    def _take(self, name: str) -> int:
        row = self._free.pop() if self._free else len(self.names)
        if row == len(self.names):
            self.names.append(name)
        else:
            self.names[row] = name
        self._rows[name] = row
        return row

    def _release(self, row: int) -> None:
        name, self.names[row] = self.names[row], None
        assert name is not None
        del self._rows[name]
        self._free.append(row)
