"""How much each segment has grown, as the flat fields of its Redis hash."""

from __future__ import annotations

from typing import Any

from streams.messages import DimensionOverview

GROWTH = "segpulse:growth:"  # + dimension:value, a hash
VERSION = 1  # of the layout


def fields(overview: DimensionOverview, written: int) -> dict[str, dict[Any, str | int | float]]:
    """Value -> field -> value, as `HGETALL segpulse:growth:{dimension}:{value}` gives them.

    `written` is the wall clock, ms.
    """
    out: dict[str, dict[Any, str | int | float]] = {}
    for each in overview.growth:
        name = f"{each.growth}:{each.window}:{each.against}"
        for value, grown in each.segments.items():
            said = out.setdefault(value, {"at": overview.end, "updated_at": written, "version": VERSION})
            said |= {
                name: grown.ratio,
                f"{name}:low": grown.low,
                f"{name}:high": grown.high,
                f"{name}:now": grown.now,
                f"{name}:before": grown.before,
            }
    return out
