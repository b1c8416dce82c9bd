"""A dimension's counts by KPI, in the period and in the one before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from streams.events.columns import Bools, Ints
from streams.kpis.measures import Measures, sums
from streams.quality.homogeneity import Days
from streams.settings import Kpi
from streams.tools.review.history import DAY, Daily, History
from streams.tools.review.spans import Spans


class Counted(NamedTuple):
    """All of one dimension; of the KPIs those that count hits of trials, and of which a segment has any."""

    dimension: str
    names: list[str]
    named: Bools  # [segments]: neither unknown nor other
    kpis: dict[str, Kpi]
    days: Days
    days_before: Days | None
    totals: Ints  # [segments × measures] of the period
    totals_before: Ints | None
    spans: Spans

    @property
    def hits(self) -> Ints:
        """[segments × KPIs]"""
        return np.asarray(self.days.hits.sum(axis=0))

    @property
    def trials(self) -> Ints:
        """[segments × KPIs]"""
        return np.asarray(self.days.trials.sum(axis=0))


def counted(
    history: History, dimension: str, most: int, kpis: Mapping[str, Kpi], measures: Measures, spans: Spans
) -> Counted | None:
    """None where nothing came in the period. `most`: values that have a name."""
    begin = spans.start if spans.before is None else spans.before
    daily = history.daily(dimension, begin, spans.end, most)
    split = (spans.start - begin) // DAY
    before, now = daily.counts[:split], daily.counts[split:]
    trials = sums(now[:, daily.named], measures.columns(kpis, "denominator")).sum(axis=(0, 1))
    used = {
        name: kpi
        for (name, kpi), n in zip(kpis.items(), trials.tolist(), strict=True)
        if n and kpi.model in ("binomial", "poisson")
    }
    if not used:
        return None
    return Counted(
        dimension=dimension,
        names=daily.names,
        named=daily.named,
        kpis=used,
        days=_days(now, daily, used, measures),
        days_before=_days(before, daily, used, measures) if spans.before is not None else None,
        totals=np.asarray(now.sum(axis=0)),
        totals_before=np.asarray(before.sum(axis=0)) if spans.before is not None else None,
        spans=spans,
    )


def _days(counts: Ints, daily: Daily, kpis: Mapping[str, Kpi], measures: Measures) -> Days:
    hits, trials = (sums(counts, measures.columns(kpis, side)) for side in ("numerator", "denominator"))
    binomial = np.array([kpi.model == "binomial" for kpi in kpis.values()], dtype=np.bool_)
    return Days(hits, trials, daily.known, binomial)
