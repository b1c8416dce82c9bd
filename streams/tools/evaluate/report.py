"""The evaluation as tables in a terminal."""

from __future__ import annotations

from collections.abc import Callable

from rich.console import Console
from rich.table import Table

from streams.tools.evaluate.evaluation import Evaluation, Row
from streams.tools.evaluate.measures import Measured
from streams.tools.evaluate.rules.rules import ORACLE, OURS, RULES


def show(evaluation: Evaluation, console: Console) -> None:
    """False alarms of all cells; delays of those in which something happens; segpulse's beside the bound."""
    rows = evaluation.rows
    changes = [row for row in rows if row.change is not None]
    console.print(
        _false_alarms([row for row in rows if row.change is None], "False alarms a day, whole board, 95 % interval")
    )
    if changes:
        console.print(_delays(changes))
        console.print(_beside_the_bound([row for row in changes if row.bound is not None]))
    runs = max((row.runs for row in rows), default=0)
    console.print(f"{len(rows)} cells of {runs} runs, {evaluation.seeds} seeds")


def _false_alarms(rows: list[Row], title: str) -> Table:
    table = Table("cell", "days", *_rules(rows), title=title)
    for row in rows:
        days = next(iter(row.rules.values())).false_alarms.days
        table.add_row(f"{row.cell}\n{row.what}", f"{days:,.0f}", *_each(row, rows, _rate))
    return table


def _delays(rows: list[Row]) -> Table:
    title = "Share found; hours to it: mean (what was not found counts as all the time watched), median, p90; others alarmed"
    table = Table("cell", *_rules(rows), title=title)
    for row in rows:
        table.add_row(f"{row.cell}\n{row.what}", *_each(row, rows, _delay))
    return table


def _beside_the_bound(rows: list[Row]) -> Table:
    table = Table(title="segpulse's mean delay (hours) beside Lorden's bound, run length in days and in looks")
    for column in ("cell", "bound, days", "bound, looks", "oracle CUSUM", "segpulse", "over days", "over looks",
                   "change point off by"):  # fmt: skip
        table.add_column(column, justify="left" if column == "cell" else "right")
    for row in rows:
        ours, oracle = row.rules[OURS].delays, row.rules[ORACLE].delays
        assert row.bound is not None and ours is not None and oracle is not None
        table.add_row(
            row.cell,
            f"{row.bound.days:.1f}",
            f"{row.bound.looks:.1f}",
            f"{oracle.mean:.1f}",
            f"{ours.mean:.1f}",
            f"{ours.mean / row.bound.days:.2f}",
            f"{ours.mean / row.bound.looks:.2f}",
            "" if ours.since_error is None else f"{ours.since_error:.1f} h",
        )
    return table


def _rules(rows: list[Row]) -> list[str]:
    """Those that any of `rows` has, in the usual order."""
    return [rule for rule in RULES if any(rule in row.rules for row in rows)]


def _each(row: Row, rows: list[Row], text: Callable[[Measured], str]) -> list[str]:
    return [text(row.rules[rule]) if rule in row.rules else "" for rule in _rules(rows)]


def _rate(measured: Measured) -> str:
    found = measured.false_alarms
    return f"{found.per_day:.3g}\n{found.low:.2g}–{found.high:.2g}"


def _delay(measured: Measured) -> str:
    found = measured.delays
    assert found is not None
    quantiles = (f"{hours:.0f}" if hours is not None else "–" for hours in (found.median, found.p90))
    return f"{found.share:.0%}  {found.mean:.1f}\n{' / '.join(quantiles)}  +{found.others:.2g}"
