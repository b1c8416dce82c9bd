"""How well a dimension divides people, as the flat fields of its Redis hash."""

from __future__ import annotations

from typing import Any

import msgspec

from consumers.verdicts import verdict
from streams.messages import DimensionOverview, SegmentationQuality

QUALITY = "segpulse:quality:"  # + dimension, a hash
VERSION = 1  # of the layout
LEAST_TTL = 900_000  # ms: it is written every five minutes

_FIGURES = ("spread", "real", "icc", "icc_low", "icc_high", "dispersion", "cramers_v", "rank_correlation", "kept_side")


def fields(overview: DimensionOverview, quality: SegmentationQuality, written: int) -> dict[Any, str | int | float]:
    """Field -> value, as `HGETALL segpulse:quality:{dimension}` gives them; a figure that is None has no field.

    `quality` is that of the overview; `written` is the wall clock, ms.
    """
    out: dict[Any, str | int | float | None] = {
        "accuracy": quality.accuracy,
        "segments": len(quality.segments),
        "groups": len(quality.groups),
        "alike": _json(quality.groups),
        "merge": _json(quality.merges),
        "reviewed": quality.reviewed,
        "review_due": quality.review_due,
        "start": overview.start,
        "end": overview.end,
        "updated_at": written,
        "version": VERSION,
    }
    out |= {f"verdict:{segment.value}": verdict(segment) for segment in quality.segments}
    out |= {f"{figure}:{kpi.kpi}": getattr(kpi, figure) for kpi in quality.kpis for figure in _FIGURES}
    return {field: value for field, value in out.items() if value is not None}


def _json(groups: list[list[str]]) -> str:
    return msgspec.json.encode(groups).decode()
