"""Over-dispersion: how much more a series fluctuates than independent hits would, from hour to hour or day to day.

From successive differences (von Neumann, Ann. Math. Statist. 12 (1941) 367-395): with the residual a unit of variance
`u` of a span of time and of the one before, `(u - u')² / (1/v + 1/v')` is 1 on average for independent hits. A lasting
difference from the rest cancels, and a shift counts in one difference only. Hits that come in clusters which linger
show in the days where they do not in the hours.

A series' own figure is drawn to that of all series of the KPI as far as it is young.
"""

from __future__ import annotations

import numpy as np

from streams.events.columns import Bools, Floats
from streams.scoring.evidence.comparison import Comparison
from streams.scoring.evidence.memory import Cells, Memory, total

_SPANS = {"hour": 3_600_000.0, "day": 86_400_000.0}  # ms
_OF_SPAN = (
    "from",  # ms: where the one that is gathered began
    "residual",
    "variance",
    "last_residual",  # of the one before
    "last_variance",
    "differences",  # sum of the squared ones, fading
    "counted",  # how many
)
FIELDS = {f"{span}_{name}": 0.0 for span in _SPANS for name in _OF_SPAN}
BEGINS = tuple(f"{span}_from" for span in _SPANS)

_FADE = 1 - 1 / 336  # two weeks of hours, a year of days
_PRIOR = {"hour": 12.0, "day": 24.0}  # differences that what is taken before weighs, in what is common to a KPI
_COMMON = 336.0  # that what is common weighs, in a series' own
_ENOUGH = (
    60.0  # hourly ones, of all series of a KPI, to know it by where nothing is more uneven than visitors who return
)
_LEAST = 0.5  # variance of a span with too few hits to say anything


def unlearned(rate: Floats, binomial: Bools, mean: Bools) -> Floats:
    """What the dispersion [KPIs] is taken to be before anything is learned of it, with `rate` hits a trial.

    That of geometric numbers of hits, and of pieces of exponential sizes (compound: 1 + rate, and 1 more).
    """
    return np.where(binomial, 1.0, 1.0 + rate + mean)


def common(memory: Memory, prior: Floats) -> tuple[Floats, Floats]:
    """Of each KPI [KPIs], all its series together: the dispersion from hour to hour, and how much more than that it is
    from day to day, surely. `prior` and 1 while nothing is known."""
    hourly, _ = _common(memory, "hour", prior)
    daily, counted = _common(memory, "day", np.ones_like(prior))
    sure = daily * (1 - 2 * np.sqrt(3 / (counted + _PRIOR["day"])))
    return hourly, np.maximum(sure / np.maximum(hourly, 1.0), 1.0)


def is_known(memory: Memory) -> Bools:
    """Of which KPIs [KPIs] the series have shown enough to know what they have in common."""
    return np.asarray(total(memory["hour_counted"]) >= _ENOUGH)


def dispersion(cells: Cells, hourly: Floats, lasting: Floats) -> Floats:
    """Of each series [series], at least 1; what is common as from `common`, of its KPI [series]."""
    own = (cells["hour_differences"] + _COMMON * hourly) / (cells["hour_counted"] + _COMMON)
    return np.maximum(own, 1.0) * lasting


def learn(cells: Cells, compared: Comparison, now: float) -> None:
    """Take in a stretch (of independent hits, as it were) that ends at `now` (ms)."""
    for span, length in _SPANS.items():
        _learn(cells, span, length, compared, now)


def _common(memory: Memory, span: str, prior: Floats) -> tuple[Floats, Floats]:
    sums, counted = total(memory[f"{span}_differences"]), total(memory[f"{span}_counted"])
    return (sums + _PRIOR[span] * prior) / (counted + _PRIOR[span]), counted


def _learn(cells: Cells, span: str, length: float, compared: Comparison, now: float) -> None:
    of = {name: f"{span}_{name}" for name in _OF_SPAN}
    cells[of["residual"]] += compared.residual
    cells[of["variance"]] += compared.of_hour
    variance, before = cells[of["variance"]].copy(), cells[of["last_variance"]].copy()
    over = (now - cells[of["from"]] >= length) & (variance >= _LEAST)
    if not over.any():
        return
    with np.errstate(divide="ignore", invalid="ignore"):
        change = cells[of["residual"]] / variance - cells[of["last_residual"]] / before
        squared = change**2 / (1 / variance + 1 / before)
    differs = over & (before > 0)
    for name, amount in (("differences", np.where(differs, squared, 0.0)), ("counted", 1.0)):
        cells[of[name]] = np.where(differs, cells[of[name]] * _FADE + amount, cells[of[name]])
    for last, now_ in (("last_residual", "residual"), ("last_variance", "variance")):
        cells[of[last]] = np.where(over, cells[of[now_]], cells[of[last]])
        cells[of[now_]] = np.where(over, 0.0, cells[of[now_]])
    cells[of["from"]] = np.where(over, now, cells[of["from"]])
