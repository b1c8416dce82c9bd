"""The median of what is counted in bins of its size, of segments and rests, and between what it lies.

Within the bin in which half of all is reached, what is there is taken to lie evenly on a logarithmic scale. So a median
is no further off than that bin is wide, a factor of √2 (bins whose ends grow by a factor are those of DDSketch: Masson,
Rim & Lee, PVLDB 12 (2019) 2195-2205). Its 95 % interval is between two order statistics, by the normal approximation
of the binomial distribution (Conover, Practical Nonparametric Statistics (1999), 3.2), whatever the times are like.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from streams.events.columns import Bools, Floats, Ints
from streams.events.terms import BINS, UNIT, binned
from streams.kpis.measures import Measures
from streams.scoring import baseline
from streams.scoring.baseline import Counts
from streams.settings import Kpi

_ENDS = np.array(BINS, dtype=np.float64)
_BEGINS = np.append(1.0, _ENDS[:-1])  # a second is the least
_SURE = 1.96 / 2  # of √n: how far from the middle the ends of the interval are, as ranks
_FEWEST = 6  # of which there is such an interval


def quantile(bins: Ints, rank: Floats) -> Floats:
    """What so many of those counted in `bins` [… × BINS] do not exceed, by `rank` […]; s. NaN where there are none."""
    until = np.cumsum(bins, axis=-1)
    number = np.minimum((until < rank[..., None]).sum(axis=-1), len(BINS) - 1)
    here, up_to = (np.take_along_axis(of, number[..., None], axis=-1)[..., 0] for of in (bins, until))
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.clip((rank - (up_to - here)) / here, 0.0, 1.0)
    return np.asarray(_BEGINS[number] * (_ENDS[number] / _BEGINS[number]) ** part)


class Medians:
    """The KPIs of a dimension that are medians."""

    def __init__(self, kpis: Mapping[str, Kpi], measures: Measures) -> None:
        self._bins = {
            number: np.array([measures.column(name) for name in binned(kpi.numerator[0])])
            for number, kpi in enumerate(kpis.values())
            if kpi.model == "median"
        }

    def of(self, counts: Counts, totals: Ints, eligible: Bools) -> tuple[Counts, Floats | None]:
        """Of `totals` [windows × segments × measures]: their `counts`, with numerators that give medians (what would
        come together if all took as long), and [2 × windows × segments × KPIs] between what medians lie, as numerators
        are kept; NaN of other KPIs. None where none is a median.
        """
        if not self._bins:
            return counts, None
        own, others = counts.numerator.copy(), counts.rest_numerator.copy()
        ends = np.full((2, *own.shape), np.nan)
        nobody = np.zeros((own.shape[1], 1), dtype=np.bool_)
        for kpi, columns in self._bins.items():
            bins, n = totals[..., columns], counts.denominator[..., kpi]
            rest = baseline.rest(bins, eligible, nobody, ~nobody)
            for numerator, of in ((own, bins), (others, rest)):
                half = of.sum(axis=-1) / 2
                numerator[..., kpi] = np.rint(np.nan_to_num(quantile(of, half)) * UNIT * 2 * half)
            away = np.where(n >= _FEWEST, _SURE * np.sqrt(n), np.nan)
            for end, rank in zip(ends, (n / 2 - away, n / 2 + away), strict=True):
                end[..., kpi] = quantile(bins, rank) * UNIT
        return counts._replace(numerator=own, rest_numerator=others), ends
