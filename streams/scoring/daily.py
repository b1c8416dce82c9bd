"""What a dimension has, day by day, and beside what it had earlier."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from streams.events.columns import Ints
from streams.panes.earlier import Comparison
from streams.scoring.naming import Naming
from streams.scoring.windows import Windows


class Daily(NamedTuple):
    """A dimension's counts by the day."""

    dimension: str
    start: int  # ms: of what is counted
    end: int
    names: Sequence[str]  # of its segments
    counts: Ints  # [days × segments × measures]


class Beside(NamedTuple):
    """A window's counts and those of the same earlier, both [segments × measures]."""

    comparison: Comparison
    ends: tuple[int, int]  # ms: of the earlier window, and of that now
    before: Ints
    now: Ints


class Earlier(NamedTuple):
    """A dimension's counts beside earlier ones."""

    dimension: str
    names: Sequence[str]  # of its segments
    dispersion: npt.NDArray[np.float64]  # [KPIs]: by how much more than independent hits each KPI's vary
    windows: Sequence[Beside]  # of each comparison of which all is held
    month: Beside | None  # the last 30 days and those before; None: not held


def daily(dimension: str, windows: Windows, naming: Naming) -> Daily | None:
    """What the segments have in the longest window, by the day; None before the first tick."""
    if windows.tick is None:
        return None
    start, raw = windows.daily()
    rows = _rows(naming)
    counts = naming.fold(windows.values.names, raw)[:, list(rows.values())]
    return Daily(dimension, start, windows.tick, list(rows), counts)


def beside(wanted: Iterable[Comparison], windows: Windows, naming: Naming) -> tuple[list[str], list[Beside]]:
    """The segments, and what they have and had earlier, of those comparisons of which all is held."""
    assert windows.tick is not None
    rows, found = _rows(naming), []
    for each in wanted:
        ends = each.ends(windows.tick)
        if windows.holds(ends[0] - each.window, each.level):
            raw = np.stack([windows.between(end - each.window, end) for end in ends])
            before, now = naming.fold(windows.values.names, raw)[:, list(rows.values())]
            found.append(Beside(each, ends, before, now))
    return list(rows), found


def _rows(naming: Naming) -> dict[str, int]:
    """The row of each segment, in the order of their names."""
    return dict(sorted((name, row) for row, name in enumerate(naming.names) if name is not None))
