"""When people are at work: how busy each hour of the week is."""

from __future__ import annotations

HOUR = 3_600_000  # ms
# From Brazil to Indonesia it is always working time somewhere.
_DAY = (10, 9, 9, 9, 10, 11, 14, 18, 22, 25, 27, 26, 24, 25, 27, 26, 24, 21, 18, 16, 14, 13, 12, 11)  # by hour, UTC
_WEEK = (1.16, 1.22, 1.22, 1.18, 1.06, 0.58, 0.58)  # Monday to Sunday
_THURSDAY = 3  # 1 January 1970


def busy(hour: int) -> float:
    """Traffic of `hour` (since the epoch) over the mean of a whole week."""
    day, hour_of_day = divmod(hour, 24)
    weekday = _WEEK[(day + _THURSDAY) % 7] * len(_WEEK) / sum(_WEEK)
    return weekday * _DAY[hour_of_day] * len(_DAY) / sum(_DAY)
