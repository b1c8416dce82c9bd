"""When people are at work: how busy each hour of the week is."""

from __future__ import annotations

HOUR = 3_600_000  # ms
_DAY = (2, 2, 2, 2, 3, 5, 9, 15, 22, 27, 28, 27, 22, 24, 27, 26, 23, 18, 13, 10, 8, 6, 4, 3)  # by hour, UTC
_WEEK = (1.16, 1.22, 1.22, 1.18, 1.06, 0.58, 0.58)  # Monday to Sunday
_THURSDAY = 3  # 1 January 1970


def busy(hour: int) -> float:
    """Traffic of `hour` (since the epoch) over the mean of a whole week."""
    day, hour_of_day = divmod(hour, 24)
    weekday = _WEEK[(day + _THURSDAY) % 7] * len(_WEEK) / sum(_WEEK)
    return weekday * _DAY[hour_of_day] * len(_DAY) / sum(_DAY)
