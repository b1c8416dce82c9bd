"""Where the scorer had the segments at the period's end, and why."""

from __future__ import annotations

from streams.messages import Diagnosis, SegmentScores, State


def why(scores: list[SegmentScores]) -> dict[tuple[str, str], Diagnosis]:
    """Of each dimension and value that is off par."""
    return {(score.dimension, score.value): score.diagnosis for score in scores if score.diagnosis is not None}


def states(scores: list[SegmentScores]) -> dict[tuple[str, str, str], State]:
    """The state of each dimension, value and KPI over the longest window."""
    return {
        (score.dimension, score.value, cell.kpi): cell.state
        for score in scores
        for cell in sorted(score.cells, key=lambda cell: cell.end - cell.start)
    }
