"""A dimension's counts by KPI, in the period and in the one before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from streams.events.columns import Bools, Floats, Ints
from streams.kpis.measures import Measures, sums
from streams.quality.days import days_of, judged
from streams.quality.homogeneity import Days
from streams.scoring.baseline import rest
from streams.settings import Kpi
from streams.tools.review.history import DAY, History
from streams.tools.review.spans import Spans


class Counted(NamedTuple):
    """All of one dimension; of the KPIs those that count hits of trials, and of which a segment has any."""

    dimension: str
    names: list[str]
    named: Bools  # [segments]: neither unknown nor other, and with trials in the period
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

    @property
    def extra(self) -> Floats:
        """Hits more (+) or fewer (-) than at the rest's rate [segments × KPIs]; NaN where the rest has no trials."""
        known, nobody = self.days.known, np.zeros(self.hits.shape, dtype=np.bool_)
        hits, trials = (rest(each, known, nobody, ~nobody) for each in (self.hits, self.trials))
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(self.hits - self.trials * np.where(trials > 0, hits / trials, np.nan), dtype=np.float64)

    def came(self, row: int, column: int) -> bool:
        """Did anything come of a segment's KPI, in either period?"""
        both = (self.days, self.days_before)
        return any(
            days is not None and (days.hits[:, row, column] | days.trials[:, row, column]).any() for days in both
        )


def counted(
    history: History, dimension: str, most: int, kpis: Mapping[str, Kpi], measures: Measures, spans: Spans
) -> Counted | None:
    """None where nothing came of any segment in the period. `most`: values that have a name."""
    begin = spans.start if spans.before is None else spans.before
    daily = history.daily(dimension, begin, spans.end, most)
    split = (spans.start - begin) // DAY
    before, now = daily.counts[:split], daily.counts[split:]
    hits = sums(daily.counts[:, daily.named], measures.columns(kpis, "numerator")).sum(axis=(0, 1))
    trials = sums(now[:, daily.named], measures.columns(kpis, "denominator")).sum(axis=(0, 1))
    used = judged(kpis, hits, trials)
    if not used:
        return None
    days = days_of(now, daily.names, used, measures)
    return Counted(
        dimension=dimension,
        names=daily.names,
        named=daily.named & days.trials.any(axis=(0, 2)),
        kpis=used,
        days=days,
        days_before=days_of(before, daily.names, used, measures) if spans.before is not None else None,
        totals=np.asarray(now.sum(axis=0)),
        totals_before=np.asarray(before.sum(axis=0)) if spans.before is not None else None,
        spans=spans,
    )
