"""The count of a story made straight from its events, by README's rules and with nothing of our core."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import NamedTuple

from tests.chaos.events import HOUR, SESSION_TOPICS, STAGES, Event, Story

PANE = 10_000  # ms
GAP = 30 * 60_000  # ms without an event after which a session has ended

CONFIG = """
[dimensions]
industry = { trait = "industry" }
city_tier = { trait = "city_tier" }
buying_stage = { trait = "buying_stage" }
campaign = { field = "campaign" }
city_tier_x_industry = { cross = ["city_tier", "industry"] }

[dimensions.interest]
behaviour.customer = "won"
behaviour.hot = "downloads and clicks >= 2 in 1h"
behaviour.back = "seen before 1h"
behaviour.warm = "seen"

[kpis.views]
title = "Pages per session"
numerator = ["page_views"]
denominator = ["sessions"]
unit = "per session"
model = "poisson"
good = "up"

[visitors]
publish = true

[paths]
to = "form_fills"

[scoring]
kpis = ["standard", "views", "median_time_to_mql"]
windows = ["5m", "1h", "24h"]
min_trials = 20
"""

DIMENSIONS = ("industry", "city_tier", "buying_stage", "campaign", "city_tier_x_industry", "interest")
_MEASURED = {"leads.created", "leads.mql", "leads.won", "emails.sent", "emails.opened", "emails.clicked"}


class Cell(NamedTuple):
    """One segment's measure in 10 s of one source partition."""

    partition: int
    start: int  # ms
    dimension: str
    value: str
    measure: str


def count(story: Story) -> Counter[Cell]:
    """Every cell that is not nought."""
    visitors: defaultdict[str, list[Event]] = defaultdict(list)
    for event in story.events:
        visitors[event.visitor.name].append(event)
    cells: Counter[Cell] = Counter()
    for events in visitors.values():
        _add_visitor(cells, sorted(events, key=lambda event: event.time))
    return cells


def _add_visitor(cells: Counter[Cell], events: list[Event]) -> None:
    stage = STAGES[0] if events[0].visitor.traits else "unknown"
    session: list[Event] = []
    opened: dict[str, str] = {}
    for number, event in enumerate(events):
        stage = event.stage or stage
        segments = _segments(event, stage, events[:number])
        measures: dict[str, int] = {}
        if event.topic in SESSION_TOPICS:
            if not session or event.time - session[-1].time > GAP:
                session, opened = [], segments
            _add(cells, event, opened, _in_session(session, event))
            measures[event.topic] = 1
            session.append(event)
        if f"{event.topic}.{event.name}" in _MEASURED:
            measures[f"{event.topic}.{event.name}"] = 1
        if event.name == "mql":
            measures |= _took([each for each in events[:number] if each.name == "created"], event)
        _add(cells, event, segments, measures)


def _add(cells: Counter[Cell], event: Event, segments: dict[str, str], measures: dict[str, int]) -> None:
    start = event.time // PANE * PANE
    for dimension, value in segments.items():
        for measure, amount in measures.items():
            cells[Cell(event.visitor.partition, start, dimension, value, measure)] += amount


def _took(created: list[Event], event: Event) -> dict[str, int]:
    """What a lead that is qualified adds, that had been created last of these; seconds in thousandths."""
    if not created:
        return {}
    seconds = event.time // 1_000 - created[-1].time // 1_000
    number = sum(seconds >= round(60 * 2 ** (n / 2)) for n in range(39))  # edges in whole seconds
    return {"leads.mql.seconds": 1_000 * seconds, "leads.mql.intervals": 1, f"leads.mql.took.{number}": 1}


def _in_session(before: list[Event], event: Event) -> dict[str, int]:
    """What an event adds to the measures of its session, after those before it; seconds in thousandths."""
    measures = {f"steps.{before[-1].topic if before else 'start'}.{event.topic}": 1}
    if event.topic in ("form_fills", "downloads") and event.topic not in {each.topic for each in before}:
        measures[f"sessions.{event.topic}"] = 1
    if not before:
        return {"sessions": 1, **measures}
    if len(before) == 1:
        measures["sessions.engaged"] = 1
    return {"sessions.intervals": 1, "sessions.seconds": event.time - before[-1].time, **measures}


def _segments(event: Event, stage: str, before: list[Event]) -> dict[str, str]:
    traits = event.visitor.traits
    cross = f"{traits['city_tier']} × {traits['industry']}" if traits else "unknown"
    return {
        "industry": str(traits.get("industry", "unknown")),
        "city_tier": str(traits.get("city_tier", "unknown")),
        "buying_stage": stage,
        "campaign": event.campaign or "unknown",
        "city_tier_x_industry": cross,
        "interest": _interest(event, before),
    }


def _interest(event: Event, before: list[Event]) -> str:
    """The rules of CONFIG: what was in this hour of the clock or the one before is within an hour."""
    lately = [each for each in before if each.time // HOUR >= event.time // HOUR - 1]
    seen = [each for each in before if each.topic in SESSION_TOPICS or each.name in ("opened", "clicked")]
    if any(each.name == "won" for each in before):
        return "customer"
    if any(each.topic == "downloads" for each in before) and sum(each.topic == "clicks" for each in lately) >= 2:
        return "hot"
    if any(each not in lately for each in seen):
        return "back"
    return "warm" if seen else "other"
