"""The figures that people and machines are shown: value, rest, shrunk value with interval, index, state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import compress
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from streams.events.columns import Bools, Floats, Ints
from streams.messages import STATES, Cell, SegmentScores
from streams.panes.levels import Grid
from streams.scoring import intervals, shrinkage, states
from streams.scoring.quantities import Units, scored
from streams.settings import Kpi, Span

_STATES = np.array(STATES, dtype=object)
_AT_A_TIME = 256  # segments


class Table(NamedTuple):
    """All cells [windows × segments × KPIs] of a dimension at one tick; `eligible` [segments]: value known."""

    numerator: Ints
    denominator: Ints
    rest_numerator: Ints
    rest_denominator: Ints
    eligible: npt.NDArray[np.bool_]
    state: npt.NDArray[np.int8]
    since: Ints
    shift: npt.NDArray[np.int8]  # [segments × KPIs]: not 0 where one fires
    wait: Floats  # [segments × KPIs]: days, NaN where nobody knows
    cluster: Floats  # [KPIs]: how much of the numerator comes at once; NaN where nobody knows
    dispersion: Floats  # [KPIs]: by how much more than independent hits it varies for that, at least 1
    median: Floats | None = None  # [2 × cells]: between what medians lie, NaN of other KPIs; None: there are none

    def of(self, kpis: Ints) -> Table:
        """The same of these KPIs (indexes) alone."""
        some: Any = (column if column is None or column is self.eligible else column[..., kpis] for column in self)
        return Table(*some)


class _Place(NamedTuple):
    """What is the same of a cell in all segments."""

    kpi: str
    window: str
    start: int
    end: int


def scores(
    dimension: str, names: Sequence[str], at: int, to: int, table: Table, kpis: Mapping[str, Kpi], grid: Grid
) -> Iterator[SegmentScores]:
    """One message a segment, its cells window by window. All figures are worked out now, the messages as asked for.

    KPIs that nobody has trials of have no cells, nor have those that are not scored over a window. `at` is the tick
    (ms) that the states are of, `to` the end (ms) of the windows that the counts are of.
    """
    there = np.flatnonzero(table.denominator.any(axis=(0, 1)))
    kpis = {name: kpi for number, (name, kpi) in enumerate(kpis.items()) if number in there}
    table = table.of(there)
    places = [_Place(kpi, str(Span(window)), grid.start(window, to), to) for window in grid.windows for kpi in kpis]
    units, which = Units.of(kpis), scored(grid.windows, kpis).ravel()
    rows = _rows(table, _figures(table, units), units)
    return (
        SegmentScores(dimension=dimension, value=name, at=at, to=to, cells=_cells(places, row, which))
        for name, row in zip(names, rows, strict=True)
    )


def _figures(table: Table, units: Units) -> list[Floats]:
    """What follows from the counts, from `value` to `probability_better` as in a Cell; NaN where it cannot be had."""
    value = _ratio(table.numerator, table.denominator)
    rest = _ratio(table.rest_numerator, table.rest_denominator)
    # In clusters, of as many trials: these are independent. Of what is not tested nobody knows how it comes.
    cluster = np.where(units.tested, table.cluster, np.nan)
    hits, piece = table.numerator / cluster, cluster / table.dispersion
    trials, others = table.denominator / table.dispersion, table.rest_denominator / table.dispersion
    share = shrinkage.shares(table.numerator, table.denominator, rest, units.binomial)
    weights = shrinkage.weight(hits, trials, others, table.eligible, share)
    shrunk = shrinkage.shrink(hits, trials, rest / piece, weights, share)
    drawn, low, high = (figure * piece for figure in (shrunk.value, shrunk.low, shrunk.high))
    high = np.where(shrinkage.bounded(table.numerator, table.denominator, units.binomial), np.minimum(high, 1.0), high)
    # Of a figure it is known where the numerator comes as in a KPI that is tested. Nothing is drawn then.
    known = np.where(units.tested, np.nan, table.cluster)
    ends = intervals.ratio(np.maximum(table.numerator / known, 0.0), table.denominator.astype(np.float64))
    low, high = (np.where(units.tested, end, other * known) for end, other in zip((low, high), ends, strict=True))
    if table.median is not None:
        low, high = (np.where(units.median, end, other) for end, other in zip(table.median, (low, high), strict=True))
    with np.errstate(divide="ignore", invalid="ignore"):
        compared = np.where(units.tested, drawn, np.where((value > 0) & (rest > 0), value, np.nan))
        index = 100 * np.where(units.up, compared / rest, rest / compared)
    index[table.denominator == 0] = np.nan  # of no trials there is nothing to say but what the prior says
    better = np.where(units.up, shrunk.above, 1 - shrunk.above)
    return [*(figure * units.value for figure in (value, rest, drawn, low, high)), index, better]


def _rows(table: Table, figures: Sequence[Floats], units: Units) -> Iterator[tuple[list[Any], ...]]:
    """Segment by segment, its columns: counts, state and figures, each a list of its cells."""
    # Some segments at a time: as Python's numbers a large dimension is hundreds of megabytes.
    for first in range(0, len(table.eligible), _AT_A_TIME):
        some = slice(first, first + _AT_A_TIME)
        columns = [
            _amounts(table.numerator[:, some], units.numerator),
            _amounts(table.denominator[:, some], units.denominator),
            _by_segment(table.since[:, some]).tolist(),
            _STATES[_by_segment(table.state[:, some])].tolist(),
            *(_plain(_by_segment(column[:, some])) for column in figures),
            _kinds(table.state[:, some], table.shift[some]),
            _plain(np.tile(table.wait[some], len(table.state))),
        ]
        yield from zip(*columns, strict=True)


def _cells(places: Sequence[_Place], row: tuple[list[Any], ...], which: Bools) -> list[Cell]:
    return [
        Cell(
            kpi=place.kpi,
            window=place.window,
            start=place.start,
            end=place.end,
            numerator=numerator,
            denominator=denominator,
            value=value,
            rest=rest,
            shrunk=shrunk,
            low=low,
            high=high,
            index=index,
            probability_better=better,
            state=state,
            since=since,
            kind=kind,
            needs_days=days,
        )
        for place, numerator, denominator, since, state, value, rest, shrunk, low, high, index, better, kind, days in (
            compress(zip(places, *row, strict=True), which)
        )
    ]


def _kinds(state: npt.NDArray[np.int8], shift: npt.NDArray[np.int8]) -> list[list[Any]]:
    """What makes each cell over, under or silent, as in Cell."""
    kinds = np.select(
        [state == states.SILENT, (state != states.OVER) & (state != states.UNDER), shift != 0],
        ["silent", "", "shift"],
        "level",
    ).astype(object)
    kinds[kinds == ""] = None
    plain: list[list[Any]] = _by_segment(kinds).tolist()
    return plain


def _by_segment(column: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """[windows × segments × KPIs] as [segments × cells]."""
    return column.swapaxes(0, 1).reshape(column.shape[1], -1)


def _ratio(numerator: Ints, denominator: Ints) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(denominator > 0, numerator / denominator, np.nan)


def _amounts(column: Ints, unit: Ints) -> list[list[float]]:
    """Counts as they are, sums of values in units."""
    out = _by_segment(column).astype(object)
    sums = np.tile(unit > 1, len(column))
    out[:, sums] = _by_segment(column / unit)[:, sums]
    plain: list[list[float]] = out.tolist()
    return plain


def _plain(column: Floats) -> list[list[float | None]]:
    """Nested lists, with None where there is no figure."""
    out = column.astype(object)
    out[~np.isfinite(column)] = None
    plain: list[list[float | None]] = out.tolist()
    return plain
