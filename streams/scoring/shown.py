"""The figures that people and machines are shown: value, rest, shrunk value with interval, index, state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from streams.messages import STATES, Cell, SegmentScores
from streams.panes.levels import Grid
from streams.scoring import shrinkage
from streams.settings import Kpi, Span

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Table(NamedTuple):
    """All cells [windows × segments × KPIs] of a dimension at one tick; `eligible` [segments]: value known."""

    numerator: Ints
    denominator: Ints
    rest_numerator: Ints
    rest_denominator: Ints
    eligible: npt.NDArray[np.bool_]
    state: npt.NDArray[np.int8]
    since: Ints


def scores(
    dimension: str, names: Sequence[str], tick: int, table: Table, kpis: Mapping[str, Kpi], grid: Grid
) -> list[SegmentScores]:
    """One message a segment, its cells window by window."""
    binomial = np.array([kpi.model == "binomial" for kpi in kpis.values()])
    up = np.array([kpi.good == "up" for kpi in kpis.values()])
    value = _ratio(table.numerator, table.denominator)
    rest = _ratio(table.rest_numerator, table.rest_denominator)
    weights = shrinkage.weight(table.numerator, table.denominator, table.eligible, binomial)
    shrunk = shrinkage.shrink(table.numerator, table.denominator, rest, weights, binomial)
    with np.errstate(divide="ignore", invalid="ignore"):
        index = 100 * np.where(up, shrunk.value / rest, rest / shrunk.value)
    index[table.denominator == 0] = np.nan  # of no trials there is nothing to say but what the prior says
    better = np.where(up, shrunk.above, 1 - shrunk.above)
    figures = [_plain(column) for column in (value, rest, shrunk.value, shrunk.low, shrunk.high, index, better)]
    counts = [column.tolist() for column in (table.numerator, table.denominator, table.state, table.since)]
    out = []
    for s, name in enumerate(names):
        cells = [
            Cell(
                kpi=kpi,
                window=str(Span(window)),
                start=grid.start(window, tick),
                end=tick,
                numerator=counts[0][w][s][k],
                denominator=counts[1][w][s][k],
                value=figures[0][w][s][k],
                rest=figures[1][w][s][k],
                shrunk=figures[2][w][s][k],
                low=figures[3][w][s][k],
                high=figures[4][w][s][k],
                index=figures[5][w][s][k],
                probability_better=figures[6][w][s][k],
                state=STATES[counts[2][w][s][k]],
                since=counts[3][w][s][k],
            )
            for w, window in enumerate(grid.windows)
            for k, kpi in enumerate(kpis)
        ]
        out.append(SegmentScores(dimension=dimension, value=name, at=tick, cells=cells))
    return out


def _ratio(numerator: Ints, denominator: Ints) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(denominator > 0, numerator / denominator, np.nan)


def _plain(column: Floats) -> list[list[list[float | None]]]:
    """Nested lists, with None where there is no figure."""
    out = column.astype(object)
    out[~np.isfinite(column)] = None
    plain: list[list[list[float | None]]] = out.tolist()
    return plain
