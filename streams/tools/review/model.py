"""What a review says: the JSON of `segpulse review --json`, and what the page is made of.

A figure that cannot be had is None. Rates and their changes are in the KPI's own unit (a share as 0.12), ratios as
1.1 = a tenth more, times in milliseconds since the epoch.
"""

from __future__ import annotations

import msgspec

from streams.messages import Diagnosis, DimensionGrowth, State


class Estimate(msgspec.Struct, frozen=True):
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


class Kpi(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    title: str
    unit: str
    good: str  # up or down


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A segment's KPI over the period."""

    kpi: str
    numerator: int | float  # as in a Cell
    denominator: int | float
    value: float | None
    rest: float | None
    low: float | None  # 95 % interval of the value drawn towards the rest
    high: float | None
    index: float | None
    state: State | None  # at the period's end; None: the scorer had nothing of it then
    extra: float | None  # hits more (+) or fewer (-) than at the rest's rate
    growth: Estimate | None  # of the value against the period before, as a ratio
    volume: Estimate | None  # of the hits a day, likewise
    mix: float | None  # what it did to the change of the whole by a larger or smaller share of the trials
    rate: float | None  # and by doing better or worse


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """A segment, and whether it is worth having.

    The criteria are None of what is no segment (unknown, other) or has no trials in the period.
    """

    value: str
    figures: list[Figure]
    accurate: bool | None = None
    enough: bool | None = None  # trials, at least scoring.min_trials of some KPI
    different: bool | None = None  # from the rest, surely, on some KPI
    alike: bool | None = None  # within: its days vary little more than chance
    trials: int | None = None
    differs_on: str | None = None  # KPI on which it differs most surely
    p_value: float | None = None  # of that, corrected for all that was looked at
    dispersion: float | None = None  # of its days; 1 is chance
    diagnosis: Diagnosis | None = None  # why it was off par at the period's end; see docs/diagnosis.md


class KpiQuality(msgspec.Struct, frozen=True, kw_only=True):
    """How well a dimension divides people by one KPI; see docs/quality.md."""

    kpi: str
    pooled: float | None
    spread: float | None
    real: float | None
    icc: Estimate | None
    p_value: float | None
    dispersion: float | None  # median of the segments'
    cramers_v: float | None
    adjusted_mutual_information: float | None
    groups: list[list[str]]  # lowest rate first
    rank_correlation: float | None  # with the period before
    kept_side: float | None
    compared: int  # segments, with the period before


class Whole(msgspec.Struct, frozen=True, kw_only=True):
    """A KPI over all segments of a dimension, in the period before and in this."""

    kpi: str
    before: float
    now: float
    mix: float
    rate: float


class Split(msgspec.Struct, frozen=True, kw_only=True):
    """A segment made of parts that go their own ways, beyond what each part does in the whole dimension."""

    value: str
    by: str  # the other dimension
    kpi: str
    lowest: str  # part
    low: float  # its hits over those to be expected
    highest: str
    high: float
    spread: float  # of that ratio, beyond chance
    p_value: float


class Dimension(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    segments: list[Segment]
    accuracy: float | None  # per cent of the segments
    groups: list[list[str]]  # by all KPIs together; segments with too few trials are in none
    kpis: list[KpiQuality]
    changes: list[Whole]
    merges: list[list[str]]  # segments that nothing tells apart
    splits: list[Split]
    growth: list[DimensionGrowth]  # over the period, against earlier ones of which the file has all


class Review(msgspec.Struct, frozen=True, kw_only=True):
    file: str
    date: int  # of the review
    last: int | None  # the one before, where review.last says it
    due: int  # the next
    start: int
    end: int
    before: int | None  # start of the period before; None: the file does not reach back so far
    events: int
    min_trials: int
    min_effect: float
    kpis: list[Kpi]  # those that the file has figures of
    dimensions: list[Dimension]
