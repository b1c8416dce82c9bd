"""What the board shows: the latest scores and alerts, as JSON."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import orjson

from consumers.board.history import History
from consumers.latest import Latest
from consumers.state import Scored, Update
from streams.messages import Alert
from streams.scoring.grouping import Groups
from streams.settings import Dimension, Kpi

ALERTS_KEPT = 200
RESOLVED_SHOWN = 20  # of the groups that are over


class Book:
    """Takes in updates; gives out the JSON of the page and of its stream."""

    def __init__(self, kpis: Mapping[str, Kpi], windows: Iterable[str], dimensions: Mapping[str, Dimension]) -> None:
        """All as declared, in the order in which they are shown."""
        self._latest = Latest()
        self._history = History()
        self._alerts: dict[tuple[str, str, int], Alert] = {}  # newest last
        self._dimensions = dimensions
        self._groups = Groups(dimensions)
        self._resolved: list[Alert] = []  # newest first
        self._declared = {
            "kpis": {
                name: {"title": kpi.title or name, "unit": kpi.unit, "family": kpi.family} for name, kpi in kpis.items()
            },
            "windows": list(windows),
            "dimensions": list(dimensions),
        }

    def apply(self, update: Update) -> bytes | None:
        """Take in `update`; what to tell those who have the state before it. None: all of it anew."""
        self._latest.apply(update)
        for key, scored in update.scores.items():
            if scored is None:
                self._history.forget(key)
            else:
                self._history.add(key, scored.scores)
        if update.whole:
            self._alerts, self._groups, self._resolved = {}, Groups(self._dimensions), []
        self._add(update.alerts)
        if update.whole:
            return None
        return _json(
            {
                "segments": [_segment(scored) for scored in update.scores.values() if scored is not None],
                "gone": [key for key, scored in update.scores.items() if scored is None],
                **(self._pages() if update.alerts else {}),
            }
        )

    def snapshot(self) -> bytes:
        """All that stands, with what is declared."""
        return _json({**self._declared, "segments": self._segments(), **self._pages()})

    def scores(self) -> bytes:
        """The body of `/api/scores`."""
        return _json({**self._declared, "segments": self._segments()})

    def alerts(self) -> bytes:
        """The body of `/api/alerts`, newest first."""
        return _json({"alerts": _alerts(reversed(list(self._alerts.values())))})

    def history(self, dimension: str, value: str, window: str) -> bytes:
        """The body of `/api/history`."""
        return _json(self._history.of(f"{dimension}:{value}", window))

    def _segments(self) -> list[dict[str, Any]]:
        return [_segment(scored) for scored in self._latest.all()]

    def _pages(self) -> dict[str, Any]:
        """Alerts by what they are likely to be of: those that fire, and how the last groups ended."""
        return {"pages": [page.members for page in self._groups.open], "over": self._resolved}

    def _add(self, alerts: Iterable[Alert]) -> None:
        ended = [page.head for page in self._groups.take(alerts) if page.head.status == "resolved"]
        self._resolved = [*reversed(ended), *self._resolved][:RESOLVED_SHOWN]
        new = {(alert.fingerprint, alert.status, alert.at): alert for alert in alerts}
        if new:
            known = sorted((self._alerts | new).items(), key=lambda item: item[1].at)
            self._alerts = dict(known[-ALERTS_KEPT:])


def _segment(scored: Scored) -> dict[str, Any]:
    return {**msgspec.structs.asdict(scored.scores), "written": scored.written}


def _alerts(alerts: Iterable[Alert]) -> list[dict[str, Any]]:
    return [msgspec.structs.asdict(alert) for alert in alerts]


def _json(body: dict[str, Any]) -> bytes:
    # `now`: readers' clocks may be off, ages are told by this one.
    return orjson.dumps({"now": time.time_ns() // 1_000_000, **body}, default=msgspec.to_builtins)
