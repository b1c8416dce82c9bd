"""The budget of false alarms: how rarely each series may fire for nothing, so that the whole board keeps its rate."""

from __future__ import annotations

SHIFTS, SILENCES = 0.9, 0.1  # of the budget

#: The bound on how often a shift fires for nothing is kept with room to spare: the evidence leaps over what fires, and
#: what has fired goes on for a while instead of firing again. Simulated, half as long again passes and more.
_ROOM = 0.7


def arl_of_shift(series: int, per_day: float) -> float:
    """Days until one of `series` that share `per_day` false alarms a day may fire for nothing, on average."""
    return _ROOM * max(1, series) / (SHIFTS * per_day)


def arl_of_silence(series: int, per_day: float) -> float:
    """The same of being called silent."""
    return max(1, series) / (SILENCES * per_day)
