"""The budget of false alarms: how rarely each series may fire for nothing, so that the whole board keeps its rate."""

from __future__ import annotations

SHIFTS, SILENCES = 0.9, 0.1  # of the budget

#: What the bound leaves unused, taken by simulation and by no theorem: the evidence leaps over what fires, is divided
#: by more than it must be where little is known, and what has fired goes on for a while instead of firing again. With
#: it, 0.02 a day come out as 0.011 to 0.017 where one looks every hour, and as 0.018 where every ten minutes.
_ROOM = 0.56


def arl_of_shift(series: int, per_day: float) -> float:
    """Days until one of `series` that share `per_day` false alarms a day may fire for nothing, on average."""
    return _ROOM * max(1, series) / (SHIFTS * per_day)


def arl_of_silence(series: int, per_day: float) -> float:
    """The same of being called silent."""
    return max(1, series) / (SILENCES * per_day)
