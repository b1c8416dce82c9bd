"""How much the segments of a dimension have grown, by what is declared in streams.kpis.growth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from streams.events.columns import Floats, Ints
from streams.events.terms import UNIT, is_sum, pieces
from streams.kpis.growth import Growth, counted
from streams.kpis.measures import Measures
from streams.messages import DimensionGrowth, Grown
from streams.quality.growth import growth
from streams.scoring.daily import Beside, Earlier
from streams.settings import Kpi, Span


def grown(earlier: Earlier, kpis: Mapping[str, Kpi], measures: Measures) -> list[DimensionGrowth]:
    """Of every growth that is counted and every comparison that is held."""
    return [
        DimensionGrowth(
            growth=name,
            window=str(Span(each.comparison.window)),
            against=each.comparison.against,
            before=each.ends[0] - each.comparison.window,
            start=each.ends[1] - each.comparison.window,
            end=each.ends[1],
            segments=dict(_segments(each, declared, earlier, kpis, measures)),
        )
        for name, declared in counted(measures).items()
        for each in earlier.windows
        if _of(each.before, declared, measures).any() or _of(each.now, declared, measures).any()
    ]


def _segments(
    each: Beside, declared: Growth, earlier: Earlier, kpis: Mapping[str, Kpi], measures: Measures
) -> Iterator[tuple[str, Grown]]:
    before, now = (_of(totals, declared, measures) for totals in (each.before, each.now))
    size = _piece(each, declared, measures)
    time = np.ones(len(now))  # of both periods, which are as long
    hits = [np.maximum(amounts / size, 0.0) for amounts in (before, now)]
    found = growth((hits[0], time), (hits[1], time), np.array(False), _dispersion(declared, earlier.dispersion, kpis))
    unit = UNIT if is_sum(declared.measure) else 1
    amounts = ((now / unit).tolist(), (before / unit).tolist()) if unit > 1 else (now.tolist(), before.tolist())
    for name, *figures in zip(earlier.names, *(each.tolist() for each in found), *amounts, strict=True):
        if not np.isnan(figures[0]):
            yield name, Grown(*figures)


def _of(totals: Ints, declared: Growth, measures: Measures) -> Ints:
    """[segments]"""
    return np.asarray(totals[:, measures.column(declared.measure)])


def _piece(each: Beside, declared: Growth, measures: Measures) -> float:
    """The mean size, as it is kept, of what the measure is a sum of; of a count 1. As in scoring.quantities."""
    both = (each.before + each.now).sum(axis=0)
    value, number = (int(both[measures.column(of)]) for of in (declared.measure, pieces(declared.measure)))
    return value / number if value > 0 and number > 0 else 1.0


def _dispersion(declared: Growth, learned: Floats, kpis: Mapping[str, Kpi]) -> Floats:
    """How unevenly it comes: as learned for KPIs that are of it; of others 1."""
    of_it = [
        kpi.numerator == (declared.measure,) and kpi.model in ("binomial", "poisson", "mean") for kpi in kpis.values()
    ]
    return np.asarray(learned[of_it].max(initial=1.0))
