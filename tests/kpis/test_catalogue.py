"""The KPIs that there are, and what is refused in the settings."""

from __future__ import annotations

import numpy as np
import pytest

from streams.events.topics import SOURCES
from streams.kpis.catalogue import BUILT_IN, catalogue
from streams.kpis.measures import Measures, sums
from streams.settings import Kpi, SettingsError


def own(numerator: str, denominator: str = "sessions") -> Kpi:
    return Kpi(numerator=(numerator,), denominator=(denominator,), unit="ratio", model="binomial")


@pytest.mark.parametrize("name", BUILT_IN)
def test_built_in(name: str) -> None:
    kpi = BUILT_IN[name]
    assert kpi.title
    assert kpi.family in ("engagement", "email", "conversion")
    catalogue({"again": kpi})  # raises where it counts what is not counted


@pytest.mark.parametrize("measure", ["clicks", "sessions", "sessions.orders", "leads.won", "emails", "orders.refund"])
def test_own(measure: str) -> None:
    kpi = own(measure)
    assert catalogue({"mine": kpi}) == {**BUILT_IN, "mine": kpi}
    assert measure in Measures([kpi]).names


@pytest.mark.parametrize(
    ("kpis", "message"),
    [
        ({"engagement": own("clicks")}, "kpis.engagement: there is a built-in KPI of that name; choose another"),
        ({"k": own("leads.bought")}, "kpis.k.numerator: 'leads.bought' is not counted: leads has the events created,"),
        ({"k": own("clicks", "visits")}, "kpis.k.denominator: 'visits' is not counted: topics are page_views, clicks,"),
        ({"k": own("clicks.cta")}, "kpis.k.numerator: 'clicks.cta' is not counted: topics are"),
        ({"k": own("profiles")}, "kpis.k.numerator: 'profiles' is not counted"),
        ({"k": own("sessions.nowhere")}, "kpis.k.numerator: 'sessions.nowhere' is not counted"),
        (
            {"k": Kpi(numerator=(), denominator=("clicks",), unit="", model="poisson")},
            "kpis.k.numerator: name at least one measure",
        ),
    ],
)
def test_refused(kpis: dict[str, Kpi], message: str) -> None:
    with pytest.raises(SettingsError) as refused:
        catalogue(kpis)
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
    assert measures.columns(kpis, "numerator") == [[1], [3]]
    assert measures.columns(kpis, "denominator") == [[0], [2]]


def test_a_kpi_counts_the_sum_of_its_measures() -> None:
    assert sums(np.array([[[1, 10, 100]]]), [[0], [1, 2], [1]]).tolist() == [[[1, 110, 10]]]


def test_every_event_that_there_may_be_has_a_kind() -> None:
    measures = Measures(BUILT_IN.values())
    kinds = {measures.kind(t, name) for t, source in SOURCES.items() for name in source.names or {"any", "name"}}
    assert kinds == set(range(len(measures.of_kind)))
    with pytest.raises(KeyError):
        measures.kind("leads", "bought")
