"""What happened, as made up by hypothesis, and what it looks like on Kafka."""

from __future__ import annotations

import json
from typing import Literal, NamedTuple

from hypothesis import strategies as st

from streams.events.topics import PROFILES, SOURCE_TOPICS
from streams.kpis.catalogue import BUILT_IN
from streams.kpis.measures import Measures
from streams.settings import Dimension, Kpi, Money, Scoring, Settings, Span
from tests.panes.past import RULES

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
