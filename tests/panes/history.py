"""What happened, as made up by hypothesis; what it looks like on Kafka; and, slowly and plainly, what it comes to."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Literal, NamedTuple

from hypothesis import strategies as st

from streams.events.topics import PROFILES, SOURCE_TOPICS
from streams.kpis.catalogue import BUILT_IN
from streams.kpis.measures import Measures
from streams.settings import Dimension, Kpi, Money, Scoring, Settings, Span
from tests.panes.past import RULES, Past

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
START = 1_767_225_600_000  # 2026-01-01
END = START + 10 * DAY

SETTINGS = Settings(
    dimensions={
        "industry": Dimension(trait="industry"),
        "tier": Dimension(trait="tier"),
        "industry_x_tier": Dimension(cross=("industry", "tier")),
        "campaign": Dimension(field="campaign"),
        "heat": Dimension(behaviour=RULES),
        "tier_x_heat": Dimension(cross=("tier", "heat")),
    },
    money=Money(currency="EUR", rates={"USD": 0.9}),
    scoring=Scoring(windows=(*Scoring().windows, Span(30 * DAY))),  # nothing of it all is too old to be there still
)
_STAYING = ("cohort", "retained", "churned")
#: Some of each sort that no built-in KPI may need.
_OTHERS = Kpi(
    numerator=("orders.value", "orders.order.value", "page_views.value", "feedback.nps.value", "sessions.seconds"),
    denominator=(
        *("orders.order.valued", "feedback.valued", "sessions.engaged", "sessions.intervals"),
        *("feedback.nps.promoters", "feedback.nps.detractors", "feedback.csat.satisfied"),
        *(f"{who}.{what}_{days}d" for who in ("visitors", "buyers") for what in _STAYING for days in (1, 7)),
    ),
    unit="",
    model="figure",
)
_STEPS = [
    f"steps.{one}.{other}"
    for one in ("start", *SETTINGS.sessions.topics)
    for other in SETTINGS.sessions.topics
    if one != "clicks"
]
MEASURES = Measures([*BUILT_IN.values(), _OTHERS], _STEPS)
GAP, HORIZON = int(SETTINGS.sessions.gap), int(SETTINGS.dedupe.horizon)

Log = dict[str, list[bytes]]  # topic -> records by offset
Traits = dict[str, str | None]
Counts = Counter[tuple[int, str, str, str]]  # time (ms), dimension, value, measure -> count


class Happening(NamedTuple):
    """Something a visitor did, or was said to be (topic `profiles`)."""

    time: int
    topic: str
    event: str | None
    visitor: int
    ident: int | Literal[""] | None  # "" is none
    campaign: str | None
    traits: tuple[tuple[str, str | None], ...] | None
    value: tuple[float, str | None] | None = None  # and its currency
    content: str | None = None


KINDS = [
    (PROFILES, None),
    ("page_views", None),
    ("clicks", "any name"),
    ("form_fills", None),
    ("downloads", None),
    ("emails", "sent"),
    ("emails", "opened"),
    ("emails", "bounced"),
    ("leads", "created"),
    ("leads", "mql"),
    ("leads", "sql"),
    ("leads", "won"),
    ("orders", "order"),
    ("orders", "refund"),
    ("feedback", "nps"),
    ("feedback", "csat"),
    ("spend", None),
    ("spend", "nobody"),
]
NOBODY = -1  # for a visitor
#: Thirds and the like: sums of floating-point numbers would come out otherwise in another order.
_values = st.tuples(
    st.sampled_from([0.0, 0.0004, 3.0, 4.0, 6.0, 9.0, 9.5, 10.0, 0.1, 19.99, 1 / 3, -7.77, 1e9, 87_654_321.123]),
    st.sampled_from([None, "EUR", "USD"]),
)
_traits = st.lists(st.tuples(st.sampled_from(["industry", "tier"]), st.sampled_from(["a", "b", None])), max_size=2).map(
    tuple
)
_STEPS_OF_TIME = [0, 0, 1_000, 15_000, 4 * MINUTE, 20 * MINUTE, 29 * MINUTE, GAP, GAP + 1, 3 * HOUR, 30 * HOUR]


def _drafts(
    steps: list[int], kinds: list[tuple[str, str | None]], least: int, most: int
) -> st.SearchStrategy[list[Happening]]:
    each = st.tuples(
        st.sampled_from(steps),
        st.sampled_from([0, 0, 500, 20_000, 60_000]),  # out of order by so much, within the lateness
        st.sampled_from(kinds),
        st.integers(0, 2),
        st.none() | st.just("") | st.integers(0, 3),
        st.sampled_from([None, "x", "y"]),
        st.none() | _traits,
        st.none() | _values,
        st.sampled_from([None, "p", "q"]),
    )
    return st.lists(each, min_size=least, max_size=most).map(_happenings)


def _happenings(
    drafts: list[
        tuple[int, int, tuple[str, str | None], int, int | Literal[""] | None, str | None, object, object, str | None]
    ],
) -> list[Happening]:
    time, out = START, []
    for step, early, (topic, event), visitor, ident, campaign, traits, value, content in drafts:
        time = time + step if time + step < END else time
        said = traits if traits is not None or topic != PROFILES else ()
        visitor = NOBODY if event == "nobody" else visitor
        it = Happening(time - early, topic, event, visitor, ident, campaign, said, value, content)  # type: ignore[arg-type]
        out.append(it)
    return out


#: Profiles of no time, which have always been so.
_always = st.builds(
    Happening,
    time=st.just(0),
    topic=st.just(PROFILES),
    event=st.none(),
    visitor=st.integers(0, 2),
    ident=st.none(),
    campaign=st.none(),
    traits=_traits,
    value=st.none(),
)

#: Of all kinds; and of people who come back, day after day, so that most is about what they did before.
_all = _drafts(_STEPS_OF_TIME, KINDS, 1, 30)
_of_leads = [kind for kind in KINDS if kind[0] == "leads"]
_again = _drafts([0, 1_000, GAP, 11 * HOUR, 30 * HOUR], [*_of_leads, *[("orders", "order")] * 4], 8, 14)

#: In the order in which they are written to Kafka.
happenings = st.builds(list.__add__, st.lists(_always, max_size=4), _all | _all | _again)


def written(happened: list[Happening], partitions: int, noise: bool = False) -> list[Log]:
    """The logs, one a source partition, between a first heartbeat and one that closes all; bad records if `noise`."""
    logs: list[Log] = [{topic: [] for topic in SOURCE_TOPICS} for _ in range(partitions)]
    newest = START - MINUTE
    for it in (it for it in happened if not it.time):
        logs[it.visitor % partitions][it.topic].append(record(it))
    for each in logs:
        for records in each.values():
            records.append(heartbeat(newest))
    for number, it in enumerate(it for it in happened if it.time):
        log = logs[it.visitor % partitions][it.topic]
        if noise and number % 3 == 0:
            far, old = record(it._replace(time=newest + 31 * DAY)), record(it._replace(time=START - 60 * DAY))
            log.append([b"{", b"", far, old if it.topic != PROFILES else b"[]"][number // 3 % 4])
        log.append(record(it))
        newest = max(newest, it.time)
        if number % 5 == 4:
            for each in logs:
                for records in each.values():
                    records.append(heartbeat(newest))
    for each in logs:
        for records in each.values():
            records.append(heartbeat(END + 2 * HOUR))
    return logs


def heartbeat(time: int) -> bytes:
    return json.dumps({"event": "heartbeat", "timestamp": time}).encode()


def record(it: Happening) -> bytes:
    fields = {
        "timestamp": it.time or None,
        "event": it.event,
        "visitor_id": f"v{it.visitor}" if it.visitor != NOBODY else None,
        "event_id" if it.ident in (None, 0, 1) else "messageId": it.ident,
        "campaign": it.campaign,
        "content": it.content,
        "traits": None if it.traits is None else dict(it.traits),
        "value": None if it.value is None else it.value[0],
        "currency": None if it.value is None else it.value[1],
    }
    return json.dumps({key: value for key, value in fields.items() if value is not None}).encode()


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
