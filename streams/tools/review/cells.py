"""The figures of a period as the scorer makes them of a window: value, rest, interval, index."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from streams.events.columns import Ints
from streams.kpis.measures import Measures
from streams.messages import Cell, Diagnosis, SegmentScores, State
from streams.panes.levels import Grid
from streams.scoring import shown
from streams.scoring.judge import Judge
from streams.settings import Kpi, Settings, Span
from streams.tools.review.counted import Counted


class Cells:
    """Makes the cells of periods, as the settings want them."""

    def __init__(self, settings: Settings, kpis: Mapping[str, Kpi], measures: Measures) -> None:
        self._settings, self._kpis, self._measures = settings, kpis, measures

    def of(self, counted: Counted, totals: Ints, start: int, end: int) -> list[dict[str, Cell]]:
        """Of each segment, by KPI: the cells of `totals` [segments × measures] over [start, end)."""
        judge = Judge(counted.dimension, self._settings, self._kpis, self._measures)
        segments, period = len(counted.names), Span(end - start)
        nothing = np.zeros((1, segments, len(self._kpis)), dtype=np.int8)
        table = shown.Table(
            *judge.counts(totals[None], counted.days.known, nothing[0]),
            counted.days.known,
            nothing,
            nothing.astype(np.int64),
            nothing[0],
            np.full(nothing[0].shape, np.nan),
            judge.clusters(totals[None]),
            judge.dispersion(),
        )
        grid = Grid((period,), self._settings.time.tick)
        scores = shown.scores(counted.dimension, counted.names, end, end, table, self._kpis, grid)
        return [{cell.kpi: cell for cell in score.cells} for score in scores]


def why(scores: list[SegmentScores]) -> dict[tuple[str, str], Diagnosis]:
    """Of each dimension and value that is off par."""
    return {(score.dimension, score.value): score.diagnosis for score in scores if score.diagnosis is not None}


def states(scores: list[SegmentScores]) -> dict[tuple[str, str, str], State]:
    """The state of each dimension, value and KPI over the longest window."""
    return {
        (score.dimension, score.value, cell.kpi): cell.state
        for score in scores
        for cell in sorted(score.cells, key=lambda cell: cell.end - cell.start)
    }
