"""Which values of a dimension are shown by name, and which together as `other`.

Decided tick by tick, from what has counts at the tick and from nothing else: not from which source partition or
worker saw a value first. A value that has left all windows makes room for another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from streams.segments.registry import OTHER, UNKNOWN

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class Naming:
    """Rows of a dimension's scores: `names[row]` is the value shown there, None where the row is free."""

    def __init__(self, max_values: int) -> None:
        self._room = max_values
        self.names: list[str | None] = []
        self._rows: dict[str, int] = {}
        self._free: list[int] = []

    def restore(self, names: Iterable[str]) -> list[int]:
        """Begin with these values named; their rows, in their order."""
        return [self._take(name) for name in names]

    def assign(self, values: Sequence[str], active: Bools, seen: Bools) -> list[int]:
        """Give rows to those of `values` that have counts now (`active`) and find room.

        Rows that had none at the last tick (not `seen`) are freed first, even if they have some again: a successor
        knows nothing of them. Returns the rows that are new or freed: what was known of them is about somebody else.
        """
        present = {value for value, is_active in zip(values, active.tolist(), strict=True) if is_active}
        gone = [name for name, row in self._rows.items() if name != OTHER and not seen[row]]
        changed = [self._release(name) for name in gone]
        for value in sorted(present - self._rows.keys()):
            if value in (OTHER, UNKNOWN) or self._named() < self._room:
                changed.append(self._take(value))
            elif OTHER not in self._rows:
                changed.append(self._take(OTHER))
        return changed

    def fold(self, values: Sequence[str], totals: Ints) -> Ints:
        """`totals` [windows × values × measures] as [windows × rows × measures]."""
        out = np.zeros((len(self.names), totals.shape[0], totals.shape[2]), dtype=np.int64)
        other = self._rows.get(OTHER)
        rows = np.array([self._rows.get(value, -1 if other is None else other) for value in values], dtype=np.int64)
        known = np.flatnonzero(rows >= 0)
        # Several values may share the row of `other`.
        np.add.at(out, rows[known], totals[:, known].swapaxes(0, 1))
        return out.swapaxes(0, 1)

    def _named(self) -> int:
        return len(self._rows.keys() - {OTHER, UNKNOWN})

    def _take(self, name: str) -> int:
        row = self._free.pop() if self._free else len(self.names)
        if row == len(self.names):
            self.names.append(name)
        else:
            self.names[row] = name
        self._rows[name] = row
        return row

    def _release(self, name: str) -> int:
        row = self._rows.pop(name)
        self.names[row] = None
        self._free.append(row)
        return row
