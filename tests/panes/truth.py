"""What a history comes to, counted slowly and plainly."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

from streams.events.topics import PROFILES, SOURCE_TOPICS
from tests.panes.history import DAY, GAP, HORIZON, MEASURES, NOBODY, SETTINGS, START, Happening
from tests.panes.past import Past

Traits = dict[str, str | None]
Counts = Counter[tuple[int, str, str, str]]  # time (ms), dimension, value, measure -> count


def counted(happened: list[Happening], until: int) -> Counts:
    """A dict, a loop and the rules as README has them; `until`: ms, the last watermark."""
    counts: Counts = Counter()
    by_visitor: dict[int, list[Happening]] = defaultdict(list)
    for it in happened:
        by_visitor[it.visitor].append(it)
    for visitor, theirs in by_visitor.items():
        past = Past()
        traits: dict[str, str | None] = {}
        seen: dict[int, int] = {}
        last_visit, last_topic, had, events = -DAY, "start", set[str](), 0
        opened: dict[str, str] = {}  # the segments that the session began in
        midnights = [] if visitor == NOBODY else list(range(START - DAY, until + 1, DAY))

        def add(time: int, segments: dict[str, str], measures: Mapping[str, int]) -> None:
            for measure in measures.keys() & set(MEASURES.names):
                for segment in segments.items():
                    counts[(time, *segment, measure)] += measures[measure]

        def look_before(
            time: int,
            due: list[int] = midnights,
            past: Past = past,
            of: Traits = traits,
            name: str = f"v{visitor}",
        ) -> None:
            while due and due[0] <= time:
                midnight = due.pop(0)
                add(midnight - 1, _segments(of, None, past.heat(midnight - 1)), past.looked_at(name, midnight))

        for it in sorted(theirs, key=lambda it: (it.time, SOURCE_TOPICS.index(it.topic))):
            look_before(it.time)
            if it.topic == PROFILES:
                traits.update(it.traits or ())
                continue
            if it.ident is not None and it.ident != "":
                again = it.ident in seen and it.time - seen[it.ident] <= HORIZON
                seen[it.ident] = it.time
                if again:
                    continue
            if it.visitor == NOBODY:
                traits.clear()
            traits.update(it.traits or ())
            measures = Counter({it.topic: 1, f"{it.topic}.{it.event}": 1})
            measures.update(_of_value(it))
            heat = past.heat(it.time) if it.visitor != NOBODY else "unknown"
            segments = _segments(traits, it.campaign, heat)
            parts: Counter[str] = Counter()
            if it.topic in SETTINGS.sessions.topics:
                if it.time - last_visit > GAP:
                    last_topic, opened = "start", segments
                    parts["sessions"] += 1
                    had.clear()
                    events = 0
                else:
                    parts["sessions.engaged"] += events == 1
                    parts.update({"sessions.seconds": it.time - last_visit, "sessions.intervals": 1})
                events += 1
                parts[f"steps.{last_topic}.{it.topic}"] += 1
                last_visit, last_topic = it.time, it.topic
                if it.topic not in had:
                    had.add(it.topic)
                    parts[f"sessions.{it.topic}"] += 1
            looks = past.looks(it.time, it.topic, it.event, measures, it.content)
            past.add(it.time, it.topic, it.event, measures, it.content)
            add(it.time, segments, {**measures, **looks})
            add(it.time, opened, parts)
        look_before(until)
    return counts


def _segments(traits: Traits, campaign: str | None, heat: str) -> dict[str, str]:
    industry, tier = traits.get("industry") or "unknown", traits.get("tier") or "unknown"
    return {
        **{"industry": industry, "tier": tier, "industry_x_tier": _joined(industry, tier)},
        **{"campaign": campaign or "unknown", "heat": heat, "tier_x_heat": _joined(tier, heat)},
    }


def _joined(one: str, other: str) -> str:
    return "unknown" if "unknown" in (one, other) else f"{one} × {other}"


def _of_value(it: Happening) -> dict[str, int]:
    if it.value is None:
        return {}
    value, currency = it.value
    of_money = it.topic in ("orders", "leads", "spend")
    thousandths = round(value * (0.9 if currency == "USD" and of_money else 1.0) * 1000)
    out: dict[str, int] = {}
    for name in (it.topic, f"{it.topic}.{it.event}"):
        out |= {f"{name}.value": thousandths, f"{name}.valued": 1}
    answers = {
        "feedback.nps.answers": it.event == "nps" and value >= 0,
        "feedback.csat.answers": it.event == "csat" and 1 <= value <= 5,
        "feedback.nps.promoters": it.event == "nps" and value >= 9,
        "feedback.nps.detractors": it.event == "nps" and 0 <= value <= 6,
        "feedback.csat.satisfied": it.event == "csat" and value in (4, 5),
    }
    return out | {name: 1 for name, answered in answers.items() if answered and value <= 10}
