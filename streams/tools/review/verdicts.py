"""How good a dimension is, KPI by KPI."""

from __future__ import annotations

import numpy as np

from streams.quality.association import adjusted_mutual_information, cramers_v, outcomes
from streams.quality.grouping import by_group
from streams.quality.groups import groups
from streams.quality.heterogeneity import Between, between
from streams.quality.numbers import number
from streams.quality.stability import Stability
from streams.quality.verdicts import Verdicts, median
from streams.tools.review.counted import Counted
from streams.tools.review.figures import estimate
from streams.tools.review.model import KpiQuality


def by_kpi(counted: Counted, found: Verdicts, stability: Stability | None, min_trials: int) -> list[KpiQuality]:
    """KPI by KPI, of the segments that are named; groups are of those with enough trials."""
    named = counted.named
    apart = between(counted.hits[named], counted.trials[named], counted.days.binomial, found.chance)
    return [_of_kpi(counted, column, apart, found, stability, min_trials) for column in range(len(counted.kpis))]


def _of_kpi(
    counted: Counted, column: int, apart: Between, found: Verdicts, stability: Stability | None, min_trials: int
) -> KpiQuality:
    use = counted.named & (counted.trials[:, column] >= max(min_trials, 1))
    hits, trials = counted.hits[use, column], counted.trials[use, column]
    names = [name for name, used in zip(counted.names, use.tolist(), strict=True) if used]
    binomial = bool(counted.days.binomial[column])
    of_all = counted.hits[counted.named, column], counted.trials[counted.named, column]
    table = outcomes(*of_all) if binomial else np.zeros((0, 2), dtype=np.int64)
    nan = float("nan")
    return KpiQuality(
        kpi=list(counted.kpis)[column],
        pooled=number(apart.pooled[column]),
        spread=number(apart.spread[column]),
        real=number(apart.real[column]),
        icc=estimate(apart.icc[column], apart.low[column], apart.high[column]),
        p_value=number(apart.p_value[column]),
        dispersion=number(median(found.within.dispersion[use, column])),
        cramers_v=number(cramers_v(table)),
        adjusted_mutual_information=number(adjusted_mutual_information(table)),
        groups=by_group(groups(hits, trials, binomial, float(found.chance[column])), names),
        rank_correlation=number(stability.rank[column] if stability is not None else nan),
        kept_side=number(stability.kept[column] if stability is not None else nan),
        compared=int(stability.segments[column]) if stability is not None else 0,
    )
