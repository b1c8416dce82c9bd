"""How well a dimension divides people, as of now: what is live of a review; see docs/quality.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from streams.kpis.measures import Measures
from streams.messages import KpiDivision, SegmentationQuality, SegmentVerdict
from streams.quality.association import cramers_v, outcomes
from streams.quality.days import days_of, judged, named
from streams.quality.grouping import mergers, together
from streams.quality.heterogeneity import between
from streams.quality.numbers import number
from streams.quality.verdicts import Verdicts, median, verdicts
from streams.scoring.daily import Daily
from streams.settings import Kpi, Scoring


def segmentation(
    daily: Daily, kpis: Mapping[str, Kpi], measures: Measures, scoring: Scoring
) -> SegmentationQuality | None:
    """None where nothing can be judged: no segment has any hits of trials."""
    is_named = named(daily.names)
    every = days_of(daily.counts[:, is_named].sum(axis=1, keepdims=True), [""], kpis, measures)
    used = judged(kpis, every.hits.sum(axis=(0, 1)), every.trials.sum(axis=(0, 1)))
    if not used:
        return None
    days = days_of(daily.counts, daily.names, used, measures)
    is_named &= days.trials.any(axis=(0, 2))
    found = verdicts(days, is_named, scoring)
    enough = is_named & (days.trials.sum(axis=0) >= max(scoring.min_trials, 1)).any(axis=1)
    segments = _segments([name for name, of in zip(daily.names, is_named.tolist(), strict=True) if of], used, found)
    groups = together(daily.names, days, enough, found.chance)
    hits, trials = days.hits.sum(axis=0)[is_named], days.trials.sum(axis=0)[is_named]
    apart = between(hits, trials, days.binomial, found.chance)
    return SegmentationQuality(
        accuracy=number(found.accuracy.share),
        segments=segments,
        groups=groups,
        merges=mergers(groups, {segment.value for segment in segments if segment.different}),
        kpis=[
            KpiDivision(
                kpi=name,
                spread=number(apart.spread[column]),
                real=number(apart.real[column]),
                icc=number(apart.icc[column]),
                icc_low=number(apart.low[column]),
                icc_high=number(apart.high[column]),
                dispersion=number(median(found.within.dispersion[is_named, column])),
                cramers_v=number(cramers_v(outcomes(hits[:, column], trials[:, column]))) if binomial else None,
            )
            for column, (name, binomial) in enumerate(zip(used, days.binomial.tolist(), strict=True))
        ],
    )


def _segments(names: Sequence[str], kpis: Mapping[str, Kpi], found: Verdicts) -> list[SegmentVerdict]:
    of, by_column = found.accuracy, list(kpis)
    return [
        SegmentVerdict(
            value=name,
            accurate=bool(of.accurate[at]),
            enough=bool(of.enough[at]),
            different=bool(of.different[at]),
            alike=bool(of.alike[at]),
            trials=int(of.trials[at]),
            differs_on=by_column[of.kpi[at]] if of.kpi[at] >= 0 else None,
            dispersion=number(of.dispersion[at]),
        )
        for at, name in enumerate(names)
    ]
