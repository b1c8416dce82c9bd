"""What the crosses that a dimension is part of have counted over the longest window, at the last tick."""

from __future__ import annotations

import numpy as np

from streams.events.columns import Ints
from streams.kpis.measures import Measures
from streams.messages import PaneSnapshot
from streams.panes.levels import Grid
from streams.scoring.windows import Windows
from streams.settings import Dimension, Settings


def crosses_of(dimension: str, dimensions: dict[str, Dimension]) -> list[str]:
    """The declared crosses that `dimension` is part of."""
    return [name for name, declared in dimensions.items() if dimension in declared.cross]


class Crosses:
    """Their window totals."""

    def __init__(self, dimension: str, settings: Settings, measures: Measures) -> None:
        grid = Grid((max(settings.scoring.windows),), settings.time.tick)
        self._of = {name: Windows(grid, measures.names) for name in crosses_of(dimension, settings.dimensions)}

    @property
    def names(self) -> list[str]:
        """Of the crosses, as declared."""
        return list(self._of)

    def offer(self, snapshot: PaneSnapshot) -> None:
        """Take a pane's snapshot of one of them."""
        (name,) = snapshot.counts
        self._of[name].offer(snapshot)

    def begin(self, tick: int) -> None:
        """Set the end (ms) of the window."""
        for windows in self._of.values():
            windows.begin(tick)

    def advance(self, tick: int) -> None:
        """Move it on."""
        for windows in self._of.values():
            windows.advance(tick)

    def totals(self, name: str) -> tuple[list[str], Ints]:
        """A cross's values, and what was counted of them [values × measures]."""
        windows = self._of[name]
        return windows.values.names, np.asarray(windows.totals[0])
