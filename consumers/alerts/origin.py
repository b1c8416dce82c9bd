"""Where an alert comes from, as far as the latest scores say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from streams.messages import Alert, SegmentScores
from streams.scoring.alerts.contributors import Contribution, contributions
from streams.settings import Dimension


class Origin(NamedTuple):
    """The segments within it that contribute most, and why the segment is off par."""

    contributions: Sequence[Contribution] = ()
    why: str = ""  # a sentence; empty where there is no clear cause


def origin(alert: Alert, scores: Sequence[SegmentScores], dimensions: Mapping[str, Dimension]) -> Origin:
    """Of an alert that is over, why it was is not told: the scores are of now."""
    return Origin(contributions(alert, scores, dimensions), _why(scores, alert) if alert.status == "firing" else "")


def _why(scores: Iterable[SegmentScores], alert: Alert) -> str:
    for segment in scores:
        found = segment.diagnosis
        if (segment.dimension, segment.value) == (alert.dimension, alert.value) and found and found.cause != "unclear":
            return f"{found.summary} (last {found.window})"
    return ""
