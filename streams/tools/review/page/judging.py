"""What the figures come to, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from streams.quality.accuracy import SURE, TARGET
from streams.tools.review.model import Dimension, Figure, KpiQuality, Review, Segment, Whole
from streams.tools.review.page.words import count, listed

_FEW, _MANY = 3, 5  # groups that are the usual aim
_LONGEST = 8  # segments that stand out, of each side


class Standout(NamedTuple):
    """A segment that does better or worse than the rest."""

    segment: str
    figure: Figure


class Mover(NamedTuple):
    """What a segment did to a change of the whole."""

    segment: str
    mix: float
    rate: float


def tells(dimension: Dimension, review: Review) -> list[KpiQuality]:
    """The KPIs by which the dimension's segments differ, surely and by as much as counts; most first."""
    tested = len(dimension.kpis)
    sure = [kpi for kpi in dimension.kpis if kpi.p_value is not None and kpi.p_value * tested <= SURE]
    large = [kpi for kpi in sure if (kpi.spread or 0.0) >= review.min_effect]
    return sorted(large, key=lambda kpi: -(kpi.spread or 0.0))


def verdict(dimension: Dimension) -> str:
    """One sentence."""
    told = [segment for segment in dimension.segments if segment.accurate is not None]
    if 2 * sum(segment.enough is True for segment in told) < len(told):
        return "Too few cases in most of its segments to tell."
    if dimension.accuracy is not None and dimension.accuracy > 100 * TARGET:
        return "Divides people well."
    if not any(segment.different for segment in dimension.segments):
        sure = any(segment.p_value is not None and segment.p_value <= SURE for segment in dimension.segments)
        return "Its segments differ, but too little to matter." if sure else "Tells nothing: its segments behave alike."
    return "Tells something, but not all of its segments are worth having."


def aim(dimension: Dimension) -> str:
    """How many groups there are in truth, and what to make of it."""
    number = len(dimension.groups)
    if not number:
        return "Too few cases to tell how many groups there are in truth."
    usual = "more than the usual 3 to 5" if number > _MANY else "3 to 5 is usual"
    if number < _FEW:
        usual = "fewer than the usual 3 to 5"
    return f"{number} {'group' if number == 1 else 'groups'} in truth; {usual}."


def why(segment: Segment, review: Review) -> str:
    """Why a segment is accurate, or is not."""
    if not segment.enough:
        return f"too few cases: {count(segment.trials)}, and it takes {count(review.min_trials)}"
    if not segment.different:
        sure = segment.p_value is not None and segment.p_value <= SURE
        return "surely different, but too little to matter" if sure else "behaves like the rest"
    if not segment.alike:
        return "mixed: its days vary more than one group of people would"
    return "enough cases, different, alike within"


def diagnosed(dimension: Dimension) -> list[Segment]:
    """Segments of which it is said why they are off par; those without a clear cause last."""
    told = [segment for segment in dimension.segments if segment.diagnosis is not None]
    return sorted(told, key=lambda segment: segment.diagnosis is not None and segment.diagnosis.cause == "unclear")


def unexplained(dimension: Dimension) -> list[Segment]:
    """Segments that are mixed, of which no cross says how."""
    split = {each.value for each in dimension.splits}
    return [segment for segment in dimension.segments if segment.alike is False and segment.value not in split]


def standouts(dimension: Dimension, review: Review, *, good: bool) -> list[Standout]:
    """Segments whose interval leaves out the rest and whose index is off by as much as counts; most first."""
    found = [
        Standout(segment.value, figure)
        for segment in dimension.segments
        if segment.accurate is not None
        for figure in segment.figures
        if _stands_out(figure, review.min_effect, good)
    ]
    return sorted(found, key=lambda each: -abs((each.figure.index or 100.0) - 100))[:_LONGEST]


def _stands_out(figure: Figure, least: float, good: bool) -> bool:
    if figure.index is None or figure.rest is None or figure.low is None or figure.high is None:
        return False
    outside = not figure.low <= figure.rest <= figure.high
    by = figure.index / 100 - 1
    return outside and (by >= least if good else by <= -least)


def movers(dimension: Dimension, whole: Whole) -> list[Mover]:
    """The three segments that did most to a change of the whole, in either direction."""
    found = [
        Mover(segment.value, figure.mix, figure.rate)
        for segment in dimension.segments
        for figure in segment.figures
        if figure.kpi == whole.kpi and figure.mix is not None and figure.rate is not None
    ]
    return sorted(found, key=lambda each: -abs(each.mix + each.rate))[:3]


def groups(kpi: KpiQuality) -> Iterator[str]:
    """The groups of a KPI, lowest first."""
    return (listed(group) for group in kpi.groups)
