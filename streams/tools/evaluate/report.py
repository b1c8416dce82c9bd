"""The evaluation as tables in a terminal."""

from __future__ import annotations

from collections.abc import Callable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from streams.tools.evaluate.evaluation import Earliest, Evaluation, Row
from streams.tools.evaluate.measures import Measured
from streams.tools.evaluate.rules.rules import ORACLE, OURS, RULES

_WIDTH = 120  # where there is no terminal


def show(evaluation: Evaluation) -> None:
    """False alarms of all cells; delays of those in which something happens; segpulse's beside the bound."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDTH)
    rows = evaluation.rows
    changes = [row for row in rows if row.change is not None]
    bounded = [row for row in changes if row.bound is not None]
    for table_of, chosen in (
        (_false_alarms, [row for row in rows if row.change is None]),
        (_delays, changes),
        (_beside_the_bound, bounded),
    ):
        if chosen:
            console.print(table_of(chosen))
    if evaluation.segments:
        console.print(_earliest(evaluation.segments))
    runs = max((row.runs for row in rows), default=0)
    console.print(f"{len(rows)} cells of {runs} runs, {evaluation.seeds} seeds")


def _false_alarms(rows: list[Row]) -> Table:
    table = _table(rows, "False alarms a day, whole board, and 95 % interval", "what", "days")
    for row in rows:
        days = next(iter(row.rules.values())).false_alarms.days
        table.add_row(row.cell, row.what, f"{days:,.0f}", *_each(row, rows, _rate))
    return table


def _delays(rows: list[Row]) -> Table:
    table = _table(rows, "Share found, mean hours to it (what is not found counts as all the time watched);\n"
                         "median / p90; + other segments of the board that alarmed meanwhile")  # fmt: skip
    for row in rows:
        table.add_row(row.cell, *_each(row, rows, _delay))
    return table


def _beside_the_bound(rows: list[Row]) -> Table:
    table = Table(title="segpulse's mean delay beside Lorden's bound, run length in days and in looks (hours)")
    for column in ("cell", "bound, days", "bound, looks", "oracle", "segpulse", "÷ days", "÷ looks", "since, off by"):
        table.add_column(column, justify="left" if column == "cell" else "right", no_wrap=True)
    for row in rows:
        ours, oracle = row.rules[OURS].delays, row.rules[ORACLE].delays
        if row.bound is not None and ours is not None and oracle is not None:
            figures = (row.bound.days, row.bound.looks, oracle.mean, ours.mean)
            ratios = (ours.mean / row.bound.days, ours.mean / row.bound.looks)
            since = "" if ours.since_error is None else f"{ours.since_error:.1f}"
            table.add_row(row.cell, *(f"{f:.1f}" for f in figures), *(f"{r:.2f}" for r in ratios), since)
    return table


def _earliest(segments: list[Earliest]) -> Table:
    table = Table(title="Days that it takes about to see a change of one segment: Lorden's bound")
    changes = list(dict.fromkeys(change for segment in segments for change in segment.hours))
    for column in ("segment", "trials a day", "rate", *(f"{change} %" for change in changes)):
        table.add_column(column, justify="left" if column == "segment" else "right", no_wrap=True)
    for each in segments:
        days = (_days(each.hours[change] / 24) if change in each.hours else "" for change in changes)
        table.add_row(Text(each.segment), f"{each.trials:,.1f}", f"{each.rate:.3g}", *days)
    return table


def _days(days: float) -> str:
    return f"{days:,.0f}" if days >= 10 else f"{days:.1f}"


def _table(rows: list[Row], title: str, *columns: str) -> Table:
    table = Table(title=title)
    for column in ("cell", *columns):
        table.add_column(column, no_wrap=True)
    for rule in _rules(rows):
        table.add_column(rule, justify="right", no_wrap=True)
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
    quantiles = (f"{hours:.3g}" if hours is not None else "–" for hours in (found.median, found.p90))
    return f"{found.share:.0%} {found.mean:.3g}\n{' / '.join(quantiles)}\n+{found.others:.2g}"
