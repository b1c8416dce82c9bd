"""Many increments become counts, pane by pane and segment by segment."""

from __future__ import annotations

import numpy as np

from streams.events.columns import Ints, Segments

_DENSE = 4_000_000  # cells up to which counting in a full array beats sorting


def tally(pane: Ints, member: Segments, column: Ints, size: tuple[int, int, int]) -> list[tuple[int, Ints, Ints]]:
    """Increment i adds one to measure `column[i]` of pane number `pane[i]`, in each of the segments `member[i]`.

    `size` is the number of panes, segments and measures. Returns by pane number the segment ids (sorted) that have
    anything, and their counts [ids × measures].
    """
    if not len(column):
        return []
    panes, segments, measures = size
    place = pane * (segments * measures) + column
    cell = (place[:, None] + member * np.int64(measures)).ravel()
    if panes * segments * measures <= _DENSE:
        table = np.bincount(cell, minlength=panes * segments * measures).reshape(-1, measures)
        rows = np.flatnonzero(table.any(axis=1))
        counts = table[rows]
    else:
        rows, inverse = np.unique(cell // measures, return_inverse=True)
        counts = np.bincount(inverse * measures + cell % measures, minlength=len(rows) * measures)
        counts = counts.reshape(-1, measures)
    numbers, begin = np.unique(rows // segments, return_index=True)
    ends = [*begin[1:].tolist(), len(rows)]
    return [
        (number, rows[b:e] % segments, counts[b:e])
        for number, b, e in zip(numbers.tolist(), begin.tolist(), ends, strict=True)
    ]
