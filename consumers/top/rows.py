"""Which scores the terminal shows, and in what order: the board's own, or by one column."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from consumers.states import WORST_FIRST
from streams.events.terms import is_sum, split
from streams.kpis.figures import counted
from streams.messages import Cell, SegmentScores, State
from streams.settings import Kpi

HOUR_MS = 3_600_000
USUAL_WINDOW = "1h"


class Row(NamedTuple):
    """One segment's score on one KPI."""

    scores: SegmentScores
    cell: Cell
    kpi: Kpi | None  # None: not declared any more
    whole: float = 0.0  # of the numerator, that all segments of the dimension have together

    @property
    def segment(self) -> str:
        """`dimension:value`."""
        return f"{self.scores.dimension}:{self.scores.value}"

    @property
    def impact(self) -> float:
        """How much more (+) or less (-) of the numerator an hour than at the rest's value; 0 where there is none.

        A KPI that is only shown (`figure`) has none: its results count by KPIs of their own.
        """
        cell, hours = self.cell, (self.cell.end - self.cell.start) / HOUR_MS
        if cell.rest is None or self.kpi is None or self.kpi.model == "figure" or hours <= 0:
            return 0.0
        return (cell.numerator - cell.rest / self.kpi.scale * cell.denominator) / hours

    @property
    def share(self) -> float:
        """The impact as a share of what its dimension has: form fills and euros compare in nothing else."""
        hours = (self.cell.end - self.cell.start) / HOUR_MS
        return self.impact * hours / self.whole if self.whole else 0.0

    @property
    def counted(self) -> str:
        """What the impact is of: `form fills`; of a sum, its unit."""
        if self.kpi is None:
            return ""
        if is_sum(split(self.kpi.numerator[0])[1]):
            return self.kpi.unit.split(" ")[0]
        first, *others = counted(self.kpi.numerator)
        return f"{first} …" if others else first


def _off_par(row: Row) -> float:
    """Of what is silent the index is of what came before, and ranks nothing."""
    return 0.0 if row.cell.index is None or row.cell.state == "silent" else abs(row.cell.index - 100)


def _as_on_the_board(row: Row) -> tuple[Any, ...]:
    return WORST_FIRST.index(row.cell.state), -_off_par(row), -row.cell.denominator, row.segment


#: What may be sorted by -> the key of a row, the first on top.
SORTS: Mapping[str, Callable[[Row], Any]] = {
    "state": _as_on_the_board,
    # Of what is still learning chance makes the largest shares.
    "impact": lambda row: (row.cell.state == "learning", -abs(row.share), _as_on_the_board(row)),
    "index": lambda row: (-_off_par(row), _as_on_the_board(row)),
    "kpi": lambda row: (row.cell.kpi, _as_on_the_board(row)),
}


def rows(
    segments: Iterable[SegmentScores],
    kpis: Mapping[str, Kpi],
    *,
    window: str,
    dimensions: Collection[str] = (),
    names: Collection[str] = (),
    states: Collection[State] = (),
    sort: str = "state",
) -> list[Row]:
    """The scores over `window`, of `dimensions`, KPIs (`names`), `states` (empty: of all), in the order of `sort`."""
    asked = [
        (scores, cell)
        for scores in segments
        if not dimensions or scores.dimension in dimensions
        for cell in scores.cells
        if cell.window == window and (not names or cell.kpi in names)
    ]
    whole: defaultdict[tuple[str, str], float] = defaultdict(float)
    for scores, cell in asked:
        whole[scores.dimension, cell.kpi] += abs(cell.numerator)
    found = [
        Row(scores, cell, kpis.get(cell.kpi), whole[scores.dimension, cell.kpi])
        for scores, cell in asked
        if not states or cell.state in states
    ]
    return sorted(found, key=SORTS[sort])


def usual_window(segments: Iterable[SegmentScores], windows: Sequence[str]) -> str:
    """As on the board: an hour where an hour tells something already, else the longest window that does."""
    telling = {cell.window for scores in segments for cell in scores.cells if cell.state != "learning"}
    told = [window for window in windows if window in telling]
    if USUAL_WINDOW in telling or (not told and USUAL_WINDOW in windows):
        return USUAL_WINDOW
    return told[-1] if told else windows[-1]
