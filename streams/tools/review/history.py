"""What a file has counted, day by day: sums of the core's own panes and of their roll-ups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from streams.events.columns import Bools, Ints
from streams.kpis.measures import Measures
from streams.messages import PaneSnapshot
from streams.panes.levels import LEVELS
from streams.panes.panes import Change
from streams.quality.days import named
from streams.scoring.contributions import Values
from streams.segments.registry import OTHER, UNKNOWN

DAY = LEVELS[-1]  # ms


class Daily(NamedTuple):
    """A dimension's counts."""

    names: list[str]  # of its values, in their order
    counts: Ints  # [days × values × measures]

    @property
    def named(self) -> Bools:
        """[values]: segments."""
        return named(self.names)


class History:
    """The panes of all dimensions. None is forgotten: the core's own last as long as its longest window."""

    def __init__(self, measures: Measures) -> None:
        self._measures = measures
        self._panes: dict[tuple[int, int], PaneSnapshot] = {}

    def take(self, changes: Sequence[Change]) -> None:
        """Panes that are new or have grown, and those that are gone: into a coarser one, or because of their age."""
        for change in changes:
            if change.snapshot is not None:
                self._panes[change.key] = change.snapshot
        gone = {change.key for change in changes if change.snapshot is None}
        there = {change.key for change in changes} - gone
        for level, start in gone:
            if any((level + 1 + n, start // span * span) in there for n, span in enumerate(LEVELS[level + 1 :])):
                self._panes.pop((level, start), None)

    @property
    def begin(self) -> int | None:
        """Start (ms) of the first day that has counts."""
        return min((start // DAY * DAY for _, start in self._panes), default=None)

    def daily(self, dimension: str, start: int, end: int, most: int) -> Daily:
        """The counts of a dimension on the days from `start` to `end` (ms, whole days).

        Of more than `most` values those with the most counts have a name; the rest is `other`.
        """
        values = Values(self._measures.names)
        inside = [pane for (_, at), pane in self._panes.items() if start <= at < end]
        counted = [values.counted(pane.measures, pane.counts.get(dimension, {})) for pane in inside]
        totals = np.zeros(((end - start) // DAY, len(values.names), len(values.measures)), dtype=np.int64)
        for pane, each in zip(inside, counted, strict=True):
            each.add_to(totals[(pane.start - start) // DAY], 1)
        shown = _shown(values.names, totals.sum(axis=(0, 2)).tolist(), most)
        names = sorted(set(shown))
        counts = np.zeros((len(totals), len(names), totals.shape[2]), dtype=np.int64)
        for number, name in enumerate(shown):
            counts[:, names.index(name)] += totals[:, number]
        return Daily(names, counts)


def _shown(values: Sequence[str], sizes: Sequence[int], most: int) -> list[str]:
    """The name that each value is shown by."""
    size = dict(zip(values, sizes, strict=True))
    largest = sorted(size.keys() - {UNKNOWN, OTHER}, key=lambda value: (-size[value], value))[:most]
    keep = {UNKNOWN, *largest}
    return [value if value in keep else OTHER for value in values]
