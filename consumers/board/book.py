"""What the board shows: the latest scores and alerts, as JSON."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import orjson

from consumers.board.history import History
from consumers.board.pages import Pages
from consumers.latest import Latest
from consumers.marks import Marks
from consumers.state import Scored, Update
from streams.messages import DimensionOverview
from streams.settings import Dimension, Kpi


class Book:
    """Takes in updates; gives out the JSON of the page and of its stream."""

    def __init__(
        self, kpis: Mapping[str, Kpi], windows: Iterable[str], dimensions: Mapping[str, Dimension], marks: Marks
    ) -> None:
        """All as declared, in the order in which they are shown."""
        self._latest = Latest()
        self._history = History()
        self.pages = Pages(dimensions, marks)
        self._declared = {
            "kpis": {
                name: {
                    "title": kpi.title or name,
                    "unit": kpi.unit,
                    "family": kpi.family,
                    "numerator": kpi.numerator,
                    "denominator": kpi.denominator,
                    "scale": kpi.scale,
                }
                for name, kpi in kpis.items()
            },
            "windows": list(windows),
            "dimensions": list(dimensions),
        }

    def apply(self, update: Update) -> bytes | None:
        """Take in `update`; what to tell those who have the state before it. None: all of it anew."""
        self._latest.apply(update)
        if update.whole:
            self._history.keep(update.scores.keys())
        for key, scored in update.scores.items():
            if scored is None:
                self._history.forget(key)
            else:
                self._history.add(key, scored.scores)
        self.pages.apply(update)
        now = clock()
        pages = self.pages.shown(now) if self.pages.changed(now) else {}
        self.pages.told(now)
        if update.whole:
            return None
        return _json(
            now,
            {
                "segments": [_segment(scored) for scored in update.scores.values() if scored is not None],
                "gone": [key for key, scored in update.scores.items() if scored is None],
                "overviews": {dimension: _overview(told) for dimension, told in update.overviews.items()},
                **pages,
            },
        )

    def has_news(self, update: Update) -> bool:
        """Whether there is something to tell after `update`: time alone ends a mute."""
        return any(update) or self.pages.changed(clock())

    def snapshot(self) -> bytes:
        """All that stands, with what is declared."""
        now = clock()
        overviews = {told.dimension: _overview(told) for told in self._latest.overviews()}
        return _json(
            now, {**self._declared, "segments": self._segments(), "overviews": overviews, **self.pages.shown(now)}
        )

    def scores(self) -> bytes:
        """The body of `/api/scores`."""
        return _json(clock(), {**self._declared, "segments": self._segments()})

    def alerts(self) -> bytes:
        """The body of `/api/alerts`, newest first."""
        return _json(clock(), {"alerts": self.pages.latest()})

    def history(self, dimension: str, value: str, window: str) -> bytes:
        """The body of `/api/history`."""
        return _json(clock(), self._history.of(f"{dimension}:{value}", window))

    def courses(self, series: Iterable[tuple[str, str]], window: str) -> bytes:
        """The body of `/api/courses`, of each KPI and `dimension:value`."""
        return _json(clock(), {"courses": [self._history.index(segment, kpi, window) for kpi, segment in series]})

    def paths(self, dimension: str, value: str) -> bytes:
        """The body of `/api/paths`, of a segment and of its whole dimension; `segment` is null where nobody knows."""
        told = next((each.paths for each in self._latest.overviews() if each.dimension == dimension), None)
        if told is None:
            return _json(clock(), {"segment": None})
        segment = next((each for each in told.segments if each.value == value), None)
        return _json(clock(), {**msgspec.structs.asdict(told), "segments": None, "segment": segment})

    def knows(self, segment: str, kpi: str) -> bool:
        """Whether there is such a segment (`dimension:value`), and such a KPI; empty: whichever."""
        there = segment in self._latest or segment in self.pages.segments
        return there and (not kpi or kpi in self._declared["kpis"])

    def _segments(self) -> list[dict[str, Any]]:
        return [_segment(scored) for scored in self._latest.all()]


def clock() -> int:
    """Ms of the wall clock."""
    return time.time_ns() // 1_000_000


def _overview(told: DimensionOverview | None) -> dict[str, Any]:
    """In short, as it is on the stream; of one that is not told any more nothing."""
    if told is None:
        return {}
    quality = told.quality
    if quality is None:
        return {"end": told.end}
    return {
        "end": told.end,
        "segments": len(quality.segments),
        "accurate": sum(segment.accurate for segment in quality.segments),
        "groups": len(quality.groups),
        "merges": quality.merges,
    }


def _segment(scored: Scored) -> dict[str, Any]:
    return {**msgspec.structs.asdict(scored.scores), "written": scored.written}


def _json(now: int, body: Mapping[str, Any]) -> bytes:
    # `now`: readers' clocks may be off, ages are told by this one.
    return orjson.dumps({"now": now, **body}, default=msgspec.to_builtins)
