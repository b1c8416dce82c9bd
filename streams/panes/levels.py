"""The levels of panes, and which level a window is summed from.

    level 0   |10 s|10 s|10 s| …                    the newest hour and a bit
    level 1   |    5 min     |    5 min     | …     then a day and a bit
    level 2   |            1 h              | …     then a week and a bit
    level 3   |                      1 day  …       as long as the longest window

An event counts in exactly one pane: the finest that still covers its time.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

LEVELS: tuple[int, ...] = (10_000, 300_000, 3_600_000, 86_400_000)  # ms, each a multiple of the one before
PANE = LEVELS[0]

#: A window slides in steps of the coarsest level of which at least so many fit into it.
_STEPS = 30


@cache
def granule(window: int) -> int:
    """The level (index) whose panes the edge of `window` ms slides by.

    >>> [granule(w) for w in (300_000, 3_600_000, 86_400_000, 604_800_000, 2_592_000_000)]
    [0, 0, 1, 2, 3]
    """
    return max((k for k, span in enumerate(LEVELS) if span * _STEPS <= window), default=0)


def window_start(window: int, tick: int) -> int:
    """Start of the window that ends at `tick`: at least `window` ms long, aligned to its granule."""
    span = LEVELS[granule(window)]
    return (tick - window) // span * span


def keeps(windows: Sequence[int], slack: int) -> tuple[int, ...]:
    """How long (ms before the watermark) panes of each level are kept before they are rolled up or, the last, dropped.

    A level is kept as long as any window slides by it. `slack` lets the partitions be that far apart.
    """
    longest = max(windows)
    keep = []
    for level, span in enumerate(LEVELS):
        need = max((w + LEVELS[granule(w)] for w in windows if granule(w) <= level), default=0)
        keep.append((longest + LEVELS[-1] if span == LEVELS[-1] else need) + slack)
    return tuple(keep)
