"""The segments of a dimension: their figures, and whether they are worth having."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from streams.events.columns import Floats
from streams.messages import Cell, Diagnosis, State
from streams.quality.accuracy import Accuracy
from streams.quality.numbers import number
from streams.tools.review.changes import Changes
from streams.tools.review.counted import Counted
from streams.tools.review.figures import grown
from streams.tools.review.model import Figure, Segment

States = Mapping[tuple[str, str, str], State]  # by dimension, value and KPI
Why = Mapping[tuple[str, str], Diagnosis]  # by dimension and value


def segments(
    of: Counted, cells: list[dict[str, Cell]], changed: Changes | None, found: Accuracy, states: States, why: Why
) -> list[Segment]:
    """In the order of their names; `cells` of each segment, `found` of those that are named."""
    position, extra, column = np.cumsum(of.named) - 1, of.extra, {kpi: number for number, kpi in enumerate(of.kpis)}
    told = {kpi for row in cells for kpi, cell in row.items() if cell.numerator} | column.keys()
    out = []
    for row, value in enumerate(of.names):
        figures = [
            _figure(
                cell,
                states.get((of.dimension, value, kpi)),
                changed if kpi in column else None,
                extra if kpi in column else None,
                (row, column.get(kpi, 0)),
            )
            for kpi, cell in cells[row].items()
            if kpi in told and (cell.denominator or (kpi in column and of.came(row, column[kpi])))
        ]
        at = int(position[row]) if of.named[row] else None
        out.append(_segment(value, figures, list(of.kpis), found, at, why.get((of.dimension, value))))
    return out


def _figure(
    cell: Cell, state: State | None, changed: Changes | None, extra: Floats | None, at: tuple[int, int]
) -> Figure:
    """`at`: segment and KPI in `changed` and `extra`, which are of KPIs that count."""
    return Figure(
        kpi=cell.kpi,
        numerator=cell.numerator,
        denominator=cell.denominator,
        value=cell.value,
        rest=cell.rest,
        low=cell.low,
        high=cell.high,
        index=cell.index,
        state=state,
        extra=number(extra[at]) if extra is not None else None,
        growth=grown(changed.value, at) if changed is not None else None,
        volume=grown(changed.volume, at) if changed is not None else None,
        mix=number(changed.effect.mix[at]) if changed is not None else None,
        rate=number(changed.effect.rate[at]) if changed is not None else None,
    )


def _segment(
    value: str, figures: list[Figure], kpis: list[str], found: Accuracy, at: int | None, why: Diagnosis | None
) -> Segment:
    """`at`: where the segment is in `found`; None: it is none."""
    if at is None:
        return Segment(value=value, figures=figures)
    kpi = int(found.kpi[at])
    return Segment(
        value=value,
        figures=figures,
        accurate=bool(found.accurate[at]),
        enough=bool(found.enough[at]),
        different=bool(found.different[at]),
        alike=bool(found.alike[at]),
        trials=int(found.trials[at]),
        differs_on=kpis[kpi] if kpi >= 0 else None,
        p_value=number(found.p_value[at]),
        dispersion=number(found.dispersion[at]),
        diagnosis=why,
    )
