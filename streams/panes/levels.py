"""The levels of panes, and which level a window is summed from.

    level 0   |10 s|10 s|10 s| …                    the newest hour and a bit
    level 1   |    5 min     |    5 min     | …     then a day and a bit
    level 2   |            1 h              | …     then a week and a bit
    level 3   |                      1 day  …       as long as the longest window

An event counts in exactly one pane: the finest that still covers its time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

LEVELS: tuple[int, ...] = (10_000, 300_000, 3_600_000, 86_400_000)  # ms, each a multiple of the one before

#: A window slides in steps of the coarsest level of which at least so many fit into it.
_STEPS = 30


class Reach(NamedTuple):
    """Panes of a level, or finer, are held for so long (ms)."""

    span: int
    level: int


class Grid:
    """How time is cut for given windows (ms) that all end at multiples of `tick` (ms).

    `beyond`: what is held further back than the windows need.

    >>> minute, hour, day = 60_000, 3_600_000, 86_400_000
    >>> grid = Grid([5 * minute, hour, day, 7 * day, 30 * day], tick=10_000)
    >>> [grid.granule(w) for w in grid.windows]
    [0, 0, 1, 2, 3]
    >>> Grid([hour, day], tick=10 * minute).finest
    1
    """

    def __init__(self, windows: Sequence[int], tick: int, beyond: Sequence[Reach] = ()) -> None:
        self.windows = tuple(windows)
        #: The level that events are counted at first: scores made once an hour need no panes of 10 s.
        self.finest = max(level for level, span in enumerate(LEVELS) if tick % span == 0)
        self._granules = {w: self._coarsest(w) for w in windows}
        self._reaches = [*(Reach(w, granule) for w, granule in self._granules.items()), *beyond]

    def _coarsest(self, window: int) -> int:
        fits = max((level for level, span in enumerate(LEVELS) if span * _STEPS <= window), default=0)
        return max(fits, self.finest)

    def granule(self, window: int) -> int:
        """The level (index) whose panes the start of `window` slides by."""
        return self._granules[window]

    def start(self, window: int, tick: int) -> int:
        """Start of the window that ends at `tick`: at least `window` ms before, aligned to its granule."""
        span = LEVELS[self._granules[window]]
        return (tick - window) // span * span

    def held(self, level: int, tick: int) -> int:
        """From where on (ms) nothing coarser than `level` is held at `tick`; `tick` where nobody needs it so fine."""
        starts = ((tick - span) // LEVELS[of] * LEVELS[of] for span, of in self._reaches if of <= level)
        return min(starts, default=tick)

    def reach(self, level: int) -> int:
        """How far back (ms) from the last multiple of the level's span nothing coarser is held, at every tick."""
        cut = LEVELS[level]
        whole = (span // cut * cut if of == level else span - cut for span, of in self._reaches if of <= level)
        return max(whole, default=0)

    def keeps(self, slack: int) -> tuple[int, ...]:
        """How long (ms before the watermark) panes of each level are kept before they are rolled up or, at the last,
        dropped: as long as they are held, and `slack` lets source partitions be that far apart.
        """
        keep = []
        for level in range(len(LEVELS) - 1):
            sliding = [span + LEVELS[of] for span, of in self._reaches if of <= level]
            keep.append(max(sliding, default=0) + slack)
        return (*keep, max(span for span, _ in self._reaches) + LEVELS[-1] + slack)
