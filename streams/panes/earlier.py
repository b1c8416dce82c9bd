"""Earlier periods that a window is compared with, and how long panes are held for that.

            ├─── 24h ───┤     a week      ├─── 24h ───┤ the last full hour
    ────────┴───────────┴─────────────────┴───────────┴──┴──► event time
                                                         tick

Both are of the same length, begin and end with whole hours or days, and are a whole number of weeks apart, so that they
are of the same hours of the week; but for the window just before, which is as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from streams.messages import Against
from streams.panes.levels import LEVELS, Grid, Reach
from streams.settings import Settings

_HOUR, _DAY = 2, 3  # levels
_WEEK = 7 * LEVELS[_DAY]  # ms
_MONTH = 30 * LEVELS[_DAY]
_APART: dict[Against, int] = {"before": 0, "week": _WEEK, "year": 52 * _WEEK}


class Comparison(NamedTuple):
    """A window beside the same one earlier."""

    window: int  # ms
    against: Against
    apart: int  # ms between the ends of both
    level: int  # whose panes both begin and end with

    def ends(self, tick: int) -> tuple[int, int]:
        """Where both end (ms) at `tick`: the earlier, and the one that is now."""
        end = tick // LEVELS[self.level] * LEVELS[self.level]
        return end - self.apart, end


def grid(settings: Settings) -> Grid:
    """How time is cut, and what is held, as the settings want it."""
    windows, hold = settings.scoring.windows, settings.growth.hold
    weeks = {_APART[against] for against in hold}
    beyond = [
        Reach(each.window + each.apart, each.level)
        for each in possible(windows)
        if (each.against in hold or each.apart in weeks) and each.level == _wanted(each)
    ]
    return Grid(windows, settings.time.tick, beyond)


def comparisons(grid: Grid, windows: Sequence[int]) -> list[Comparison]:
    """Of each of `windows` (ms) those for which `grid` holds the panes, the finest way of each."""
    found: dict[tuple[int, Against], Comparison] = {}
    for each in possible(windows):
        if each.level >= grid.finest and grid.reach(each.level) >= each.window + each.apart:
            found.setdefault((each.window, each.against), each)
    return list(found.values())


def month(grid: Grid) -> list[Comparison]:
    """The last 30 days beside the 30 before, where they are held."""
    return [each for each in comparisons(grid, (_MONTH,)) if each.against == "before"]


def possible(windows: Sequence[int]) -> Iterator[Comparison]:
    """All there may be of `windows` (ms), the finer first.

    Periods that overlap are not compared. Of a window of a week the one before is that of a week earlier.
    """
    for window in windows:
        for against, apart in _APART.items():
            for level in (_HOUR, _DAY):
                if window % LEVELS[level] == 0 and (window < apart or against == "before"):
                    yield Comparison(window, against, apart or window, level)


def _wanted(each: Comparison) -> int:
    """The level that is worth holding: hours of a year are too many, and a week of days is as good as one of hours."""
    return _DAY if each.against == "year" or each.window >= _WEEK else _HOUR
