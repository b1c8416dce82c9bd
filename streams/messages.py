"""All that travels on Kafka and is ours: one Struct a kind of message, one place.

Incoming events are JSON of other people's making and are decoded in `streams.events`; here stand the messages that
segpulse itself writes. Times are milliseconds since the epoch, UTC; spans are half-open, [start, end).
"""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

State = Literal["learning", "par", "watch", "over", "under", "silent"]
STATES: tuple[State, ...] = get_args(State)

Against = Literal[
    "before",  # the window just before
    "week",  # the same window a week earlier
    "year",  # the same 52 weeks earlier
]

Kind = Literal[
    "level",  # different from the rest of its dimension, for good
    "shift",  # changed against its own usual relation to the rest
    "silent",  # its usual share of the traffic does not come
    "pipeline",  # nothing comes from anybody
]

Reason = Literal[
    "malformed",  # not a JSON object
    "wrong_type",  # a field of another type than it must have
    "missing_visitor",
    "missing_timestamp",
    "bad_timestamp",  # neither ISO 8601 nor milliseconds since the epoch
    "too_old",  # older than the longest window
    "too_far_ahead",  # further ahead of the clock than time.ahead
    "too_large",
    "unknown_topic",
    "unknown_event",  # not a name that the topic's events have
    "bad_value",  # larger than any value that is meant
    "unknown_currency",  # not in money.rates
]
REASONS: tuple[Reason, ...] = get_args(Reason)

Cause = Literal[
    "badly reached",  # deliveries or sessions are missing
    "too broad",  # several groups of people that do differently
    "lacking content",  # visits are normal, and little is downloaded
    "not decision-ready",  # engages as well as others, converts less
    "priced or served badly",  # buys, then leaves or scores low
    "under-tapped",  # above par, with less than its share of spend or traffic
    "unclear",  # below par, and no cause or more than one has the evidence
]


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """A record that was not counted, and why. `record` holds its first bytes, base64 in JSON."""

    topic: str
    partition: int
    offset: int
    reason: Reason
    detail: str  # what is wrong, where, and what would be right
    size: int  # bytes of the original record
    record: bytes  # the original bytes, capped


class PaneSnapshot(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """All that one source partition has counted in one pane, cumulative: the last snapshot stands.

    An event of source topic `t` at offset `o` and time `ts` within the pane is contained exactly when
    `o <= offsets[t]` and `ts < watermark`.
    """

    partition: int  # source partition
    level: int  # index into panes.LEVELS: 10 s, 5 min, 1 h, 1 day
    start: int  # ms, aligned to the level's span
    watermark: int  # ms: the source partition's when this was written
    offsets: dict[str, int]  # source topic -> last offset read when this was written
    measures: list[str]  # names of the columns of `counts`
    counts: dict[str, dict[str, list[int]]]  # dimension -> value -> count by measure


class Watermark(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """No event of this source partition before `watermark` is still to come (later ones count as late).

    `early` are the provisional counts, of this record's dimension, of events at or after `watermark` that have been
    read already: start (ms) of a pane of the finest level -> value -> count by measure. The next record replaces them.
    """

    partition: int
    watermark: int
    measures: list[str] = []  # names of the columns of `early`
    early: dict[int, dict[str, list[int]]] = {}


class Cell(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One segment's score for one KPI over one window. A figure that cannot be had yet is None."""

    kpi: str
    window: str  # as declared: "5m", "1h", "24h", "7d"
    start: int
    end: int
    numerator: int | float  # a count; or a sum of values, in units (EUR, seconds)
    denominator: int | float
    value: float | None  # numerator / denominator, times the KPI's scale
    rest: float | None  # the same of the rest of the dimension, in the same panes
    shrunk: float | None  # value drawn towards the rest as far as the evidence is thin
    low: float | None  # 95 % credible interval of `shrunk`
    high: float | None
    index: float | None  # 100 = on a par with the rest; 120 = 20 % better in the good direction
    probability_better: float | None
    state: State
    since: int  # ms: when `state` was entered
    kind: Kind | None = None  # what makes it over, under or silent
    needs_days: float | None = None  # at the present volume, until a change of 20 % would be seen


class Evidence(msgspec.Struct, frozen=True, gc=False):
    """A figure that a diagnosis rests on, of a segment and of the rest of its dimension."""

    measure: str  # a KPI (also `… silent`, of which there are no figures), a volume, or a part: see docs/diagnosis.md
    value: float | None
    rest: float | None
    lift: float | None  # value over rest, or rest over value where less is better; 1.2 = a fifth better
    low: float | None  # 98 % interval of the lift
    high: float | None


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True):
    """Why a segment is below par, or what is made too little of where it is above."""

    cause: Cause
    summary: str  # one sentence, with the figures
    evidence: list[Evidence]
    window: str  # as declared, that the figures are of
    by: str = ""  # `too broad`: the dimension that tells the parts apart most


class SegmentScores(msgspec.Struct, frozen=True, kw_only=True):
    """Value of topic `segment_scores`, key `dimension:value`. A tombstone means the segment is gone.

    `at` never falls for a segment: of two records the one with the larger `at` stands, and of the same tick the later
    one, whose figures have seen more.
    """

    dimension: str
    value: str
    at: int  # ms: the tick (event time) that the states are of
    to: int  # ms: the end of the windows that the figures are of; at the tick or after it
    cells: list[Cell]
    diagnosis: Diagnosis | None = None  # of a segment off par


class VisitorSegments(msgspec.Struct, frozen=True):
    """Value of topic `visitor_segments`, key the visitor: where they are, as of their last event in order."""

    at: int  # ms: of that event
    segments: dict[str, str]  # dimension -> value; of a dimension that nothing is known for, none


class SegmentVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a segment is worth having: `accurate` if it is all of the next three; see docs/quality.md."""

    value: str
    accurate: bool
    enough: bool  # trials, at least scoring.min_trials of some KPI
    different: bool  # from the rest, surely, on some KPI
    alike: bool  # within: its days vary little more than chance; also where it is not told yet
    trials: int  # of the KPI that has most
    differs_on: str | None  # KPI on which it differs most surely
    dispersion: float | None  # of its days; 1 is chance


class KpiDivision(msgspec.Struct, frozen=True, kw_only=True):
    """How well a dimension divides people by one KPI; a figure that cannot be had is None."""

    kpi: str
    spread: float | None  # how far a typical segment is from the average, chance taken out; 0.2 = a fifth
    real: float | None  # how much of the differences is not chance (I²)
    icc: float | None  # share of the variance that lies between the segments, and its 95 % interval
    icc_low: float | None
    icc_high: float | None
    dispersion: float | None  # within: of the segments' days, the median; 1 is chance
    cramers_v: float | None  # agreement of trait and behaviour; binomial KPIs
    rank_correlation: float | None = None  # of the segments' indices with the 30 days before: 1 is the same order
    kept_side: float | None = None  # share of the segments that are still on their side of the rest
    compared: int = 0  # segments, in these two


class SegmentationQuality(msgspec.Struct, frozen=True, kw_only=True):
    """Is a dimension worth having? See docs/quality.md."""

    accuracy: float | None  # accurate segments over segments
    segments: list[SegmentVerdict]
    groups: list[list[str]]  # that can be told apart, by all KPIs together
    merges: list[list[str]]  # segments that nothing tells apart
    kpis: list[KpiDivision]
    reviewed: int | None = None  # ms: the day of the last review, where somebody has said (review.last)
    review_due: int | None = None  # ms: when the next is due


class Grown(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """How much more there is now: a ratio, 1.1 = a tenth more, with its 95 % interval; and of what."""

    ratio: float
    low: float
    high: float
    now: int | float  # a count; or a sum of values, in units
    before: int | float


class DimensionGrowth(msgspec.Struct, frozen=True, kw_only=True):
    """Growth of a dimension's segments over a window, against the same window earlier; see streams.kpis.growth."""

    growth: str  # as declared: sales_growth
    window: str  # as declared: 24h
    against: Against
    before: int  # ms: where the earlier window starts; it is as long
    start: int
    end: int
    segments: dict[str, Grown]  # without those of which there was nothing in either


class SegmentPaths(msgspec.Struct, frozen=True, kw_only=True):
    """How people go from touchpoint to touchpoint; see streams.paths.chain."""

    value: str
    steps: list[list[int]]  # [1 + touchpoints × touchpoints]: from the start, and from each, to each
    conversion: float  # chance that a path ends in a conversion
    removal: dict[str, float]  # touchpoint -> share of conversions lost without it
    likeliest: list[str]  # the likeliest path to a conversion


class DimensionPaths(msgspec.Struct, frozen=True, kw_only=True):
    """The paths within sessions of a dimension's segments."""

    to: str  # the touchpoint that is the conversion
    touchpoints: list[str]
    segments: list[SegmentPaths]
    whole: SegmentPaths  # of all of them together


class DimensionOverview(msgspec.Struct, frozen=True, kw_only=True):
    """Value of topic `dimension_overviews`, key the dimension: what is told of it as a whole, by the longest window."""

    dimension: str
    start: int  # ms: of what was counted
    end: int
    quality: SegmentationQuality | None  # None: nothing can be judged
    paths: DimensionPaths | None  # None: nobody wants to know, or nobody has come
    growth: list[DimensionGrowth] = []  # of which the earlier window is held


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """Value of topic `segment_alerts`: a segment's KPI began (`firing`) or ceased (`resolved`) to be worth a call.

    `fingerprint` is the same for the firing and the resolved message of one alert and for any repetition of either.
    A figure that cannot be had is None. One of kind `pipeline` is of dimension `pipeline`, value `all`.
    """

    fingerprint: str
    status: Literal["firing", "resolved"]
    kind: Kind
    dimension: str
    value: str
    kpi: str
    window: str
    state: State  # what it fired for: over, under or silent
    at: int  # ms: the tick at which the status changed
    since: int  # ms: when it began, as far as can be told: of a shift the estimated time of the change
    numerator: int | float  # as in a Cell
    denominator: int | float
    actual: float | None
    rest: float | None
    index: float | None
    change: float | None  # relative to what is usual for it (`level`: to the rest); 0.3 = 30 % more
    evidence: float | None  # natural logarithm of how many times more than firing needs
    impact: float | None  # conversions (of a mean: of mean size) an hour, at present volume: extra (+) or missing (-)
    also: list[str]  # the segment's other KPIs that have moved too: "form_fill_rate under"
    reason: str  # why it is over; empty while it fires
    summary: str  # one sentence for a person who was asleep


class Acknowledged(msgspec.Struct, frozen=True, kw_only=True, tag="acknowledged", tag_field="mark"):
    """Somebody looks after the page that this alert began, and nobody need be told of it again."""

    fingerprint: str
    opened: int  # ms: `at` of the alert when it fired; the next one of the same fingerprint is another page
    by: str
    at: int  # ms of the wall clock
    note: str = ""


class Muted(msgspec.Struct, frozen=True, kw_only=True, tag="muted", tag_field="mark"):
    """Nobody is paged for a segment, nor for what lies within it."""

    segment: str  # dimension:value, dimension:* or *
    kpi: str = ""  # empty: whichever
    until: int | None  # ms of the wall clock; None: as long as one of `alerts` fires
    alerts: list[tuple[str, int]] = []  # fingerprint, and `at` of when it fired
    by: str
    at: int  # ms of the wall clock
    note: str = ""


class Held(msgspec.Struct, frozen=True, kw_only=True, tag="held", tag_field="mark"):
    """A receiver was not told of a page when it began; it is as soon as the mute is over, if the page is not."""

    receiver: str
    fingerprint: str
    opened: int  # ms: as in Acknowledged
    at: int  # ms of the wall clock


class Relayed(msgspec.Struct, frozen=True, kw_only=True, tag="relayed", tag_field="mark"):
    """A receiver that was told of a page was told, too, who looks after it."""

    receiver: str
    fingerprint: str
    opened: int  # ms: as in Acknowledged
    said: int  # ms: `at` of the acknowledgement
    at: int  # ms of the wall clock


#: Value of topic `alert_marks`, by the keys of `consumers.marks`. A tombstone takes it back.
AlertMark = Acknowledged | Muted | Held | Relayed
