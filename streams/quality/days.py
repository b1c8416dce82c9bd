"""From counts by the day to what is judged: hits of trials, of the KPIs that have such."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from streams.events.columns import Bools, Ints
from streams.events.terms import is_sum
from streams.kpis.measures import Measures, sums
from streams.quality.homogeneity import Days
from streams.segments.registry import OTHER, UNKNOWN
from streams.settings import Kpi


def known(names: Sequence[str]) -> Bools:
    """[segments]: whose trait is known."""
    return np.array([name != UNKNOWN for name in names], dtype=np.bool_)


def named(names: Sequence[str]) -> Bools:
    """[segments]: one group of people each; `other` is many."""
    return np.array([name not in (UNKNOWN, OTHER) for name in names], dtype=np.bool_)


def judged(kpis: Mapping[str, Kpi], hits: Ints, trials: Ints) -> dict[str, Kpi]:
    """Those that count hits of trials, and have `hits` and `trials` [KPIs]."""
    return {
        name: kpi
        for (name, kpi), has in zip(kpis.items(), ((hits > 0) & (trials > 0)).tolist(), strict=True)
        if has and kpi.model in ("binomial", "poisson") and not any(map(is_sum, (*kpi.numerator, *kpi.denominator)))
    }


def days_of(counts: Ints, names: Sequence[str], kpis: Mapping[str, Kpi], measures: Measures) -> Days:
    """`counts` [days × segments × measures] of the segments `names`."""
    hits, trials = (sums(counts, measures.columns(kpis, side)) for side in ("numerator", "denominator"))
    binomial = np.array([kpi.model == "binomial" for kpi in kpis.values()], dtype=np.bool_)
    return Days(hits, trials, known(names), binomial)
