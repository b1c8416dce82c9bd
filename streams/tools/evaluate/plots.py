"""The evaluation as plots: how soon rules find what is there, and how often they cry wolf."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import altair as alt

from streams.tools.evaluate.bound import FALSE_ALARMS_PER_DAY
from streams.tools.evaluate.evaluation import Evaluation, Row
from streams.tools.evaluate.rules.rules import OURS, RULES

_BOUND = "Lorden's bound"
_STEPS = ("step", "own")  # kinds of cells whose changes come at once to one segment
_LEAST = 1e-4  # a day: none at all has no place on a log axis
_PALETTE = ("#e45756", "#f58518", "#b79a20", "#54a24b", "#9d9da1", "#1f5fbf", "#000000")
_COLOURS = dict(zip([*RULES, _BOUND], _PALETTE, strict=True))


def write(evaluation: Evaluation, folder: Path) -> list[Path]:
    """Write those that the cells are there for as SVG; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    charts = {"delay.svg": _delay(evaluation.rows), "false_alarms.svg": _false_alarms(evaluation.rows)}
    files = []
    for name, chart in charts.items():
        if chart is not None:
            chart.save(folder / name)
            files.append(folder / name)
    return files


def _delay(rows: list[Row]) -> alt.TopLevelMixin | None:
    points = [point for row in rows for point in _delays(row)]
    if not points:
        return None
    chart = alt.Chart(_data(points)).encode(
        x=alt.X("change:Q", title="change of the segment's rate, %", axis=alt.Axis(format="+d")),
        y=alt.Y("hours:Q", title="mean delay, hours", scale=alt.Scale(type="log")),
        color=_colour(points),
        detail="side:N",
        strokeDash=alt.condition(alt.datum.rule == _BOUND, alt.value([5, 4]), alt.value([1, 0])),
        strokeWidth=alt.condition(alt.datum.rule == OURS, alt.value(3), alt.value(1.5)),
    )
    title = alt.Title("Mean delay to the first right alarm", subtitle=f"one segment steps; {_runs(rows)}")
    return alt.layer(chart.mark_line(), chart.mark_point(filled=True, size=40)).properties(
        width=560, height=360, title=title
    )


def _delays(row: Row) -> Iterator[dict[str, Any]]:
    if row.cell.partition("/")[0] not in _STEPS or row.change is None or row.change == -1:
        return
    at = {"change": 100 * row.change, "side": "up" if row.change > 0 else "down"}
    for rule, measured in row.rules.items():
        if measured.delays is not None:
            yield {**at, "rule": rule, "hours": measured.delays.mean}
    if row.bound is not None:
        yield {**at, "rule": _BOUND, "hours": row.bound.days}


def _false_alarms(rows: list[Row]) -> alt.TopLevelMixin | None:
    quiet = [row for row in rows if row.change is None]
    points = [
        {
            "cell": row.what,
            "rule": rule,
            "rate": max(measured.false_alarms.per_day, _LEAST),
            "low": max(measured.false_alarms.low, _LEAST),
            "high": measured.false_alarms.high,
        }
        for row in quiet
        for rule, measured in row.rules.items()
    ]
    if not points:
        return None
    cell = alt.Y("cell:N", title=None, sort=[row.what for row in quiet], axis=alt.Axis(labelLimit=300, grid=True))
    chart = alt.Chart(_data(points)).encode(y=cell, color=_colour(points))
    scale = alt.Scale(type="log", domain=[_LEAST, 100])
    dots = chart.mark_point(filled=True, size=70).encode(
        x=alt.X("rate:Q", title="false alarms a day, whole board (log; none: at the left edge)", scale=scale)
    )
    intervals = chart.mark_rule(strokeWidth=1.5).encode(x=alt.X("low:Q", scale=scale), x2="high:Q")
    budget = alt.Chart(_data([{"budget": FALSE_ALARMS_PER_DAY}])).mark_rule(strokeDash=[5, 4])
    title = alt.Title("False alarms where nothing happens", subtitle=f"dashed: the budget, 0.02 a day; {_runs(rows)}")
    return alt.layer(budget.encode(x=alt.X("budget:Q", scale=scale)), intervals, dots).properties(
        width=560, height=26 * len(quiet), title=title
    )


def _data(values: list[dict[str, Any]]) -> alt.InlineData:
    return alt.InlineData(values=values)


def _colour(points: list[dict[str, Any]]) -> alt.Color:
    """The same for a rule in every plot, in the usual order."""
    there = {point["rule"] for point in points}
    colours = {rule: colour for rule, colour in _COLOURS.items() if rule in there}
    return alt.Color("rule:N", title=None, scale=alt.Scale(domain=list(colours), range=list(colours.values())))


def _runs(rows: list[Row]) -> str:
    return f"{max(row.runs for row in rows)} runs a cell"
