"""Events through the same core as live, to the figures of the hour that they are in."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from streams.events.topics import PROFILES
from streams.kpis.catalogue import OF_THE_PAST, STANDARD
from streams.messages import Cell
from streams.settings import Dimension, Money, Scoring, Settings, Span, Time
from streams.tools.backtest import Backtest, Result
from streams.tools.files.read import SourceRecord

SETTINGS = Settings(
    time=Time(clock="event"),
    dimensions={"team": Dimension(trait="team")},
    money=Money(currency="EUR", rates={"USD": 0.92}),
    scoring=Scoring(windows=(Span.parse("24h"),), kpis=(STANDARD, *OF_THE_PAST)),
)


class Said(NamedTuple):
    """An event as a producer has it."""

    timestamp: str
    visitor: str
    topic: str
    event: str | None = None
    value: float | None = None
    currency: str | None = None
    content: str | None = None


def cells(happened: Iterable[Said], team: str = "all", chosen: Settings = SETTINGS) -> dict[tuple[str, str], Cell]:
    """By team and KPI, of the last window; everybody is in the one team."""
    result = run(happened, team, chosen)
    return {(score.value, cell.kpi): cell for score in result.scores for cell in score.cells}


def run(happened: Iterable[Said], team: str = "all", chosen: Settings = SETTINGS) -> Result:
    """All that a backtest finds; everybody is in the one team."""
    happened = list(happened)
    records = [
        SourceRecord(PROFILES, who, json.dumps({"visitor_id": who, "traits": {"team": team}}).encode(), 0)
        for who in dict.fromkeys(each.visitor for each in happened)
    ]
    result = Backtest(chosen).run([*records, *map(_record, happened)])
    assert not result.dead_letters
    return result


def _record(said: Said) -> SourceRecord:
    fields = {
        "visitor_id": said.visitor,
        "timestamp": said.timestamp,
        "event": said.event,
        "value": said.value,
        "currency": said.currency,
        "content": said.content,
    }
    line = json.dumps({key: value for key, value in fields.items() if value is not None}).encode()
    time = int(datetime.fromisoformat(said.timestamp).timestamp() * 1000)
    return SourceRecord(said.topic, said.visitor, line, time)
