"""The KPIs that there are, and what is refused in the settings."""

from __future__ import annotations

from typing import Literal

import msgspec
import numpy as np
import pytest

from streams.behaviour.past import Past
from streams.events.topics import SOURCES
from streams.kpis.catalogue import BUILT_IN, OF_THE_PAST, STANDARD, catalogue
from streams.kpis.figures import counted
from streams.kpis.measures import Measures, sums
from streams.settings import Kpi, Money, Scoring, Settings, SettingsError, Span


def own(numerator: str, denominator: str = "sessions") -> Kpi:
    return Kpi(numerator=(numerator,), denominator=(denominator,), unit="ratio", model="binomial")


def like(model: Literal["mean", "median", "figure"], *numerator: str, scale: float = 1.0) -> Kpi:
    return Kpi(numerator=numerator, denominator=("sessions",), unit="", model=model, scale=scale)


@pytest.mark.parametrize("name", BUILT_IN)
def test_built_in(name: str) -> None:
    kpi = BUILT_IN[name]
    assert kpi.title
    catalogue(Settings(kpis={"again": kpi}))  # raises where it counts what is not counted


def test_windows_of_a_kpi_are_its_own_else_its_family_s_else_as_declared_else_all() -> None:
    hour, day = Span.parse("1h"), Span.parse("24h")
    own = msgspec.structs.replace(BUILT_IN["nps"], family="own", windows=(day,))
    only = {"nps": (hour,), "satisfaction": (hour, day)}
    found = catalogue(Settings(scoring=Scoring(windows_of=only), kpis={"mine": own}))
    windows = {name: found[name].windows for name in ("nps", "csat", "mine", "form_fill_rate")}
    assert windows == {"nps": (hour,), "csat": (hour, day), "mine": (day,), "form_fill_rate": ()}
    with pytest.raises(SettingsError, match=r"scoring.windows_of: 'luck' is no KPI or family"):
        catalogue(Settings(scoring=Scoring(windows_of={"luck": (hour,)})))


def test_what_is_scored() -> None:
    assert set(catalogue(Settings())) == set(BUILT_IN) - OF_THE_PAST
    assert set(catalogue(Settings(scoring=Scoring(kpis=())))) == set(BUILT_IN) - OF_THE_PAST
    assert set(catalogue(Settings(scoring=Scoring(kpis=(STANDARD, *OF_THE_PAST))))) == set(BUILT_IN)
    both = {"mine": own("clicks"), "other": own("clicks")}
    chosen = Settings(scoring=Scoring(kpis=("email", "nps", "mine")), kpis=both)
    assert list(catalogue(chosen)) == [*(n for n, kpi in BUILT_IN.items() if kpi.family == "email"), "nps", "mine"]
    with pytest.raises(SettingsError, match=r"scoring.kpis: 'luck' is no KPI or family; there are acquisition, "):
        catalogue(Settings(scoring=Scoring(kpis=("luck",))))


def test_what_needs_a_past_is_there_for_who_names_it() -> None:
    assert len(OF_THE_PAST) == 14
    assert Measures(catalogue(Settings()).values()).past == Past()
    named = catalogue(Settings(scoring=Scoring(kpis=("retention_30d", "time_to_win"))))
    past = Measures(named.values()).past
    assert [each.days for each in past.retentions] == [30]
    (wait,) = past.waits
    assert min(wait.seconds, wait.intervals) >= 0 > max(wait.bins), "the time and how many there are"
    assert not past.of_products
    median = Measures(catalogue(Settings(scoring=Scoring(kpis=("median_time_to_win",)))).values())
    assert len(set(median.past.waits[0].bins)) == 40
    assert Measures(catalogue(Settings(scoring=Scoring(kpis=("cross_sell_rate",)))).values()).past.of_products
    own_kpi = own("visitors.retained_7d", "visitors.cohort_7d")
    assert "mine" in catalogue(Settings(kpis={"mine": own_kpi})), "who declares it wants it"


def test_margin() -> None:
    half = Settings(money=Money(margin=0.5), scoring=Scoring(kpis=("loyalty",)))
    assert catalogue(half)["customer_lifetime_value"].scale == 0.5
    assert catalogue(half)["repeat_purchase"].scale == 1.0


def test_money_is_in_the_currency_of_the_settings() -> None:
    kpis = catalogue(Settings(money=Money(currency="INR")))
    assert kpis["revenue_per_session"].unit == "INR per session"
    assert kpis["engagement"].unit == "per session"


@pytest.mark.parametrize("measure", ["clicks", "sessions", "sessions.orders", "leads.won", "emails", "orders.refund"])
def test_own(measure: str) -> None:
    kpi = own(measure)
    assert catalogue(Settings(kpis={"mine": kpi}))["mine"] == kpi
    assert measure in Measures([kpi]).names


@pytest.mark.parametrize(
    ("kpis", "message"),
    [
        ({"engagement": own("clicks")}, "kpis.engagement: there is a built-in KPI of that name; choose another"),
        (
            {"k": own("leads.bought")},
            "kpis.k.numerator: 'leads.bought' is not counted: leads has leads, leads.created,",
        ),
        ({"k": own("clicks", "visits")}, "kpis.k.denominator: 'visits' is not counted: topics are page_views, clicks,"),
        (
            {"k": own("clicks.cta")},
            "kpis.k.numerator: 'clicks.cta' is not counted: clicks has clicks, clicks.value,",
        ),
        ({"k": own("profiles")}, "kpis.k.numerator: 'profiles' is not counted"),
        ({"k": own("sessions.nowhere")}, "kpis.k.numerator: 'sessions.nowhere' is not counted"),
        (
            {"k": Kpi(numerator=(), denominator=("clicks",), unit="", model="poisson")},
            "kpis.k.numerator: name at least one measure",
        ),
        ({"k": own("feedback.nps.fans")}, "'feedback.nps.fans' is not counted: feedback has feedback.nps.answers,"),
        ({"k": own("-clicks")}, "kpis.k.numerator: '-clicks': only the numerator of a 'figure' may have something"),
        ({"k": own("orders.value")}, "kpis.k.model: a sum of values is no number of cases: say 'mean', or 'figure'"),
        ({"k": own("clicks", "orders.value")}, "kpis.k.denominator: trials are counted, and values are not: say model"),
        (
            {"k": like("mean", "clicks")},
            "kpis.k.numerator: a 'mean' is of values: name sums, like 'orders.",
        ),
        ({"k": like("median", "orders.value")}, "kpis.k.numerator: a 'median' is of the times that a stage took"),
        (
            {"k": like("median", "leads.sql.seconds")},
            "kpis.k.denominator: a 'median' is over how many times there are: 'leads.sql.intervals'",
        ),
        ({"k": like("figure", "orders.value", "-clicks")}, "kpis.k.numerator: counts and sums of values cannot be"),
        ({"k": like("figure", "clicks", scale=0.0)}, "kpis.k.scale: must be more than 0"),
    ],
)
def test_refused(kpis: dict[str, Kpi], message: str) -> None:
    with pytest.raises(SettingsError) as refused:
        catalogue(Settings(kpis=kpis))
    assert message in str(refused.value)


def test_what_an_event_adds_to() -> None:
    kpis = {"a": own("leads.won", "leads"), "b": own("sessions.clicks")}
    measures = Measures(kpis.values())
    assert measures.names == ("leads", "leads.won", "sessions", "sessions.clicks")

    def of(topic: str, event: str) -> set[str]:
        return {measures.names[column] for column in measures.of_kind[measures.kind(topic, event)] if column >= 0}

    assert of("leads", "won") == {"leads", "leads.won"}
    assert of("leads", "lost") == {"leads"}
    assert of("clicks", "any") == set()
    assert measures.names[measures.sessions] == "sessions"
    assert measures.sessions_with == {"clicks": 3}
    assert measures.columns(kpis, "numerator") == [[(1, 1)], [(3, 1)]]
    assert measures.columns(kpis, "denominator") == [[(0, 1)], [(2, 1)]]


def test_a_kpi_counts_the_sum_of_its_measures() -> None:
    terms = [[(0, 1)], [(1, 1), (2, 1)], [(2, 1), (1, -1)], [(0, -1)]]
    assert sums(np.array([[[1, 10, 100]]]), terms).tolist() == [[[1, 110, 90, -1]]]


def test_every_event_that_there_may_be_has_a_kind() -> None:
    measures = Measures(BUILT_IN.values())
    kinds = {measures.kind(t, name) for t, source in SOURCES.items() for name in source.names or {"any", "name"}}
    assert kinds == set(range(len(measures.of_kind)))
    with pytest.raises(KeyError):
        measures.kind("leads", "bought")


@pytest.mark.parametrize(
    ("kpi", "words"),
    [
        ("engagement", ["clicks", "downloads", "form fills"]),
        ("form_fill_rate", ["form fills"]),
        ("engaged_session_rate", ["sessions engaged"]),
        ("email_open_rate", ["emails opened"]),
        ("leads_per_session", ["leads"]),
        ("lead_conversion", ["leads won"]),
        ("orders_per_session", ["orders"]),
        ("retention_30d", ["visitors retained 30d"]),
    ],
)
def test_what_a_kpi_counts_in_words(kpi: str, words: list[str]) -> None:
    assert counted(BUILT_IN[kpi].numerator) == words
