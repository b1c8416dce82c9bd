"""What a file has counted, day by day: sums of the core's own panes and of their roll-ups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from streams.events.columns import Bools, Ints
from streams.kpis.measures import Measures
from streams.messages import PaneSnapshot
from streams.panes.levels import LEVELS
from streams.panes.panes import Change
from streams.segments.registry import OTHER, UNKNOWN

DAY = LEVELS[-1]  # ms


class Daily(NamedTuple):
    """A dimension's counts."""

    names: list[str]  # of its values, in their order
    counts: Ints  # [days × values × measures]

    @property
    def known(self) -> Bools:
        """[values]: whose trait is known."""
        return np.array([name != UNKNOWN for name in self.names], dtype=np.bool_)

    @property
    def named(self) -> Bools:
        """[values]: segments; `other` is many."""
        return np.array([name not in (UNKNOWN, OTHER) for name in self.names], dtype=np.bool_)


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
        inside = [pane for (_, at), pane in self._panes.items() if start <= at < end]
        shown = _shown([pane.counts.get(dimension, {}) for pane in inside], most)
        names = sorted(set(shown.values()))
        row_of = {value: names.index(name) for value, name in shown.items()}
        counts = np.zeros(((end - start) // DAY, len(names), len(self._measures.names)), dtype=np.int64)
        for pane in inside:
            for value, row in pane.counts.get(dimension, {}).items():
                counts[(pane.start - start) // DAY, row_of[value]] += row
        return Daily(names, counts)


def _shown(counts: Iterable[dict[str, list[int]]], most: int) -> dict[str, str]:
    """Value -> the name it is shown by."""
    sizes: Counter[str] = Counter()
    for values in counts:
        for value, row in values.items():
            sizes[value] += sum(row)
    largest = sorted(sizes.keys() - {UNKNOWN, OTHER}, key=lambda value: (-sizes[value], value))[:most]
    keep = {UNKNOWN, *largest}
    return {value: value if value in keep else OTHER for value in sizes}
