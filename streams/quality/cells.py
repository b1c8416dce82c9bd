"""The figures of a period as the scorer makes them of a window: value, rest, interval, index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec.structs import replace

from streams.events.columns import Bools, Floats, Ints
from streams.kpis.measures import Measures
from streams.messages import Cell
from streams.panes.levels import Grid
from streams.scoring import shown
from streams.scoring.judge import Judge
from streams.scoring.medians import Medians
from streams.settings import Kpi, Settings, Span

Row = dict[str, Cell]  # a segment's cells, by KPI


class Cells:
    """Makes the cells of periods, as the settings want them."""

    def __init__(self, settings: Settings, kpis: Mapping[str, Kpi], measures: Measures) -> None:
        longest = (max(settings.scoring.windows),)  # there is one window, the period
        self._settings = replace(
            settings,
            scoring=replace(settings.scoring, windows=longest),
            alerts=replace(settings.alerts, windows=longest),
        )
        self._kpis, self._measures = kpis, measures

    def of(
        self,
        dimension: str,
        names: Sequence[str],
        known: Bools,
        totals: Ints,
        period: tuple[int, int],
        dispersion: Floats,
    ) -> list[Row]:
        """Of each of the segments `names`: the cells of `totals` [segments × measures] over [start, end) (ms).

        `known` [segments]: those that may be part of a rest; `dispersion` [KPIs]: as was learned, at least 1.
        """
        start, end = period
        judge = Judge(dimension, self._settings, self._kpis, self._measures)
        nothing = np.zeros((1, len(names), len(self._kpis)), dtype=np.int8)
        counts = judge.counts(totals[None], known, nothing[0])
        figures, median = Medians(self._kpis, self._measures).of(counts, totals[None], known)
        table = shown.Table(
            *figures,
            known,
            nothing,
            nothing.astype(np.int64),
            nothing[0],
            np.full(nothing[0].shape, np.nan),
            judge.clusters(totals[None], dispersion),
            dispersion,
            median,
        )
        grid = Grid((Span(end - start),), self._settings.time.tick)
        scores = shown.scores(dimension, names, end, end, table, self._kpis, grid)
        return [{cell.kpi: cell for cell in score.cells} for score in scores]
