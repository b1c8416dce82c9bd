"""Over-dispersion: how much more a series fluctuates from hour to hour than independent hits would.

From successive differences (von Neumann, Ann. Math. Statist. 12 (1941) 367-395): with the residual a unit of variance
`u` of an hour and of the one before, `(u - u')² / (1/v + 1/v')` is 1 on average for independent hits. A lasting
difference from the rest cancels, and a shift counts in one difference only. A series' own figure is drawn to that of
all series of the KPI as far as it is young.
"""

from __future__ import annotations

import numpy as np

from streams.scoring.comparison import Comparison
from streams.scoring.memory import Cells, Floats, Memory, total

FIELDS = {
    "hour_from": 0.0,  # ms
    "hour_residual": 0.0,
    "hour_variance": 0.0,
    "last_residual": 0.0,  # of the hour before
    "last_variance": 0.0,
    "differences": 0.0,  # sum of the squared ones, fading
    "counted": 0.0,  # how many
}

_HOUR = 3_600_000.0  # ms
_FADE = 1 - 1 / 336  # two weeks of hours
_PRIOR = 24.0  # differences that 1 weighs, in what is common to a KPI
_COMMON = 336.0  # that what is common weighs, in a series' own
_LEAST = 0.5  # variance of an hour with too few hits to say anything


def common(memory: Memory) -> Floats:
    """The dispersion of each KPI [KPIs], of all its series together; 1 while nothing is known."""
    sums, counted = total(memory["differences"]), total(memory["counted"])
    return (sums + _PRIOR) / (counted + _PRIOR)


def dispersion(cells: Cells, of_kpi: Floats) -> Floats:
    """Of each series [series], at least 1. `of_kpi` [series]: what is common."""
    own = (cells["differences"] + _COMMON * of_kpi) / (cells["counted"] + _COMMON)
    return np.maximum(own, 1.0)


def learn(cells: Cells, compared: Comparison, now: float) -> None:
    """Take in a stretch (variance as of independent hits) that ends at `now` (ms)."""
    cells["hour_residual"] += compared.residual
    cells["hour_variance"] += compared.variance
    over = (now - cells["hour_from"] >= _HOUR) & (cells["hour_variance"] >= _LEAST)
    variance, before = cells["hour_variance"], cells["last_variance"]
    with np.errstate(divide="ignore", invalid="ignore"):
        change = cells["hour_residual"] / variance - cells["last_residual"] / before
        squared = change**2 / (1 / variance + 1 / before)
    differs = over & (before > 0)
    cells["differences"] = np.where(
        differs, cells["differences"] * _FADE + np.where(differs, squared, 0), cells["differences"]
    )
    cells["counted"] = np.where(differs, cells["counted"] * _FADE + 1, cells["counted"])
    for last, hour in (("last_residual", "hour_residual"), ("last_variance", "hour_variance")):
        cells[last] = np.where(over, cells[hour], cells[last])
        cells[hour] = np.where(over, 0.0, cells[hour])
    cells["hour_from"] = np.where(over, now, cells["hour_from"])
