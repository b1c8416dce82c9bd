"""Early counts: what source partitions have read at or after their watermarks, for the figures shown between ticks.

       exact panes            │ early
    ──────────────────────────┼───────────────► event time
                          watermark

Provisional: each record of a partition replaces the one before it, and states and alerts never see them.
"""

from __future__ import annotations

from typing import NamedTuple

from streams.events.columns import Ints
from streams.messages import Watermark
from streams.panes.levels import LEVELS, Grid
from streams.scoring.contributions import Counted, Values
from streams.scoring.windows import Windows


class _Said(NamedTuple):
    """A source partition's latest word."""

    watermark: int
    panes: dict[int, Counted]  # of the finest level, by start (ms)


class Early:
    """The early counts of one dimension, by source partition."""

    def __init__(self, grid: Grid, values: Values) -> None:
        self._grid = grid
        self._values = values
        self._said: dict[int, _Said] = {}

    def __bool__(self) -> bool:
        """Are there any?"""
        return any(said.panes for said in self._said.values())

    def offer(self, said: Watermark) -> None:
        """Take a source partition's early counts in the place of those before."""
        panes = {start: self._values.counted(said.measures, counts) for start, counts in said.early.items() if counts}
        self._said[said.partition] = _Said(said.watermark, panes)

    def latest(self, until: int) -> int | None:
        """Start (ms) of the latest pane that has early counts and does not start after `until`."""
        starts = (start for said in self._said.values() for start in said.panes if start <= until)
        return max(starts, default=None)

    def added(self, windows: Windows, end: int) -> Ints:
        """The totals [windows × values × measures] of windows that end at `end` (ms), exact and early counts."""
        totals = windows.ahead(end)
        for partition, said in self._said.items():
            for start, counted in said.panes.items():
                seen = windows.seen(partition, start)
                # A newer snapshot has some of these events already; the record that goes with it is on its way.
                if start + LEVELS[self._grid.finest] <= end and (seen is None or seen <= said.watermark):
                    for index, window in enumerate(self._grid.windows):
                        if self._grid.start(window, end) <= start:
                            counted.add_to(totals[index], 1)
        return totals
