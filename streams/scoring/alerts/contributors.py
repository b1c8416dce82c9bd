"""Where within a segment an alert comes from: the sub-segments that contribute most to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from streams.messages import Alert, SegmentScores
from streams.segments.cross import parts
from streams.segments.registry import UNKNOWN
from streams.settings import Dimension

MOST = 3


class Contribution(NamedTuple):
    """A segment within the alert's, and how many conversions (of a mean: how much) more (+) or less (-) it had than
    was due."""

    dimension: str
    value: str
    conversions: float


def contributions(
    alert: Alert, scores: Iterable[SegmentScores], dimensions: Mapping[str, Dimension]
) -> list[Contribution]:
    """The `MOST` cross segments within the alert's that contribute most, in its direction, over the alert's window."""
    due = _due(alert)
    if due is None:
        return []
    sign = 1 if alert.numerator > due * alert.denominator else -1
    found = []
    for segment in scores:
        if segment.value == UNKNOWN:
            continue
        if (alert.dimension, alert.value) in parts(dimensions, segment.dimension, segment.value):
            for cell in segment.cells:
                if (cell.kpi, cell.window) == (alert.kpi, alert.window):
                    extra = cell.numerator - due * cell.denominator
                    found.append(Contribution(segment.dimension, segment.value, extra))
    with_it = [contribution for contribution in found if contribution.conversions * sign > 0]
    return sorted(with_it, key=lambda c: (-abs(c.conversions), c.dimension, c.value))[:MOST]


def _due(alert: Alert) -> float | None:
    """Conversions a trial that the alert compares with: the rest's, or what is usual for the segment beside them."""
    if alert.rest is None or alert.change is None:
        return None
    if not alert.numerator or not alert.denominator or alert.change <= -1:  # the last: nothing is left of the usual
        return alert.rest
    return alert.numerator / alert.denominator / (1 + alert.change)  # free of the KPI's scale, as counts are
