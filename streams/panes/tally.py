"""Many increments become counts, pane by pane and segment by segment."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from streams.events.columns import Bools, Ints, Segments

_DENSE = 4_000_000  # cells up to which counting in a full array beats sorting
_HALF = 26  # bits: sums of so small numbers are exact in floating point, up to 2^27 of them


class Increments(NamedTuple):
    """Event number `event[i]` adds `amount[i]` to measure `column[i]` of the segments number `member[i]`.

    Where there are no amounts, one; and where no numbers of segments, those of the event itself.
    """

    event: Ints
    column: Ints
    amount: Ints | None = None
    member: Ints | None = None

    def of(self, chosen: Bools) -> Increments:
        """Those of the `chosen` [events]."""
        which = chosen[self.event]
        return Increments(*(None if each is None else each[which] for each in self))  # type: ignore[arg-type]


def tally(
    pane: Ints, member: Segments, increments: Increments, size: tuple[int, int, int]
) -> list[tuple[int, Ints, Ints]]:
    """Add up, each in pane number `pane[event]` and there in each of the segments `member[number]`.

    `size` is the number of panes, segments and measures. Returns by pane number the segment ids (sorted) that have
    anything, and their counts [ids × measures].
    """
    event, column, amount, number = increments
    if not len(event):
        return []
    panes, segments, measures = size
    place = pane[event] * (segments * measures) + column
    cell = member[event if number is None else number] * np.int64(measures)
    cell += place[:, None]
    cell = cell.ravel()
    if panes * segments * measures <= _DENSE:
        table = _sums(cell, amount, panes * segments * measures).reshape(-1, measures)
        rows = np.flatnonzero(table.any(axis=1))
        counts = table[rows]
    else:
        rows, inverse = np.unique(cell // measures, return_inverse=True)
        counts = _sums(inverse * measures + cell % measures, amount, len(rows) * measures).reshape(-1, measures)
    numbers, begin = np.unique(rows // segments, return_index=True)
    ends = np.append(begin, len(rows))[1:].tolist()
    return [
        (number, rows[b:e] % segments, counts[b:e])
        for number, b, e in zip(numbers.tolist(), begin.tolist(), ends, strict=True)
    ]


def _sums(cell: Ints, amount: Ints | None, cells: int) -> Ints:
    """What comes to each of the `cells`, exactly; an amount comes to as many of `cell` in turn as all others."""
    if amount is None:
        return np.bincount(cell, minlength=cells)
    # numpy sums weights in floating point, so by halves, of which the upper is mostly nothing.
    high, low = amount >> _HALF, amount & ((1 << _HALF) - 1)
    each = len(cell) // len(amount)
    sums = np.bincount(cell, np.repeat(low.astype(np.float64), each), cells).astype(np.int64)
    if high.any():
        sums += np.bincount(cell, np.repeat(high.astype(np.float64), each), cells).astype(np.int64) << _HALF
    return sums
