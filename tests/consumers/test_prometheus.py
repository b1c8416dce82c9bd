from __future__ import annotations

import threading
import urllib.request

import msgspec
import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from consumers.errors import CannotStartError
from consumers.growth import GrowthCollector
from consumers.latest import Latest
from consumers.prometheus import ScoresCollector, run
from consumers.quality import QualityCollector
from consumers.state import Scored, Update
from streams.tools.local.servers import free_port, listens
from tests.consumers.conftest import Running
from tests.consumers.samples import T0, Scorer, cell, eventually, growth, overview, scores, settings

Series = dict[tuple[str, frozenset[tuple[str, str]]], float]


def parsed(text: str) -> Series:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def scrape(port: int) -> Series:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        return parsed(answer.read().decode())


def labels(segment: str = "2", **more: str) -> frozenset[tuple[str, str]]:
    return frozenset({"dimension": "tier", "segment": segment, "kpi": "form_fill_rate", "window": "1h", **more}.items())


def test_what_is_scored_is_scraped_and_what_is_gone_is_not(scorer: Scorer, running: Running) -> None:
    port = free_port()
    scorer.say(scores("1"), scores("2"))
    running(lambda stop: run(settings(scorer.broker, port=port), stop))
    eventually(lambda: ("segpulse_segment_value", labels()) in scrape(port))
    expected = {
        "value": 0.132,
        "rest": 0.11,
        "shrunk": 0.1305,
        "low": 0.121,
        "high": 0.141,
        "index": 120.0,
        "probability_better": 0.999,
        "trials": 500,
        "numerator": 66,
        "state_since_timestamp_seconds": (T0 - 60_000) / 1000,
    }
    series = scrape(port)
    for name, value in expected.items():
        assert series[f"segpulse_segment_{name}", labels()] == value
    assert series["segpulse_segment_state", labels(state="over", kind="shift")] == 1
    assert series["segpulse_scores_at_timestamp_seconds", frozenset({("dimension", "tier")})] == T0 / 1000
    assert len(series) == 2 * (len(expected) + 1) + 1

    scorer.gone("tier:1")
    scorer.say(scores("2", T0 + 10_000, [cell(state="under", index=None)]))
    eventually(lambda: ("segpulse_segment_value", labels("1")) not in scrape(port))
    eventually(lambda: ("segpulse_segment_state", labels(state="under", kind="shift")) in scrape(port))
    series = scrape(port)
    assert ("segpulse_segment_state", labels(state="over", kind="shift")) not in series
    assert ("segpulse_segment_index", labels()) not in series
    assert len(series) == len(expected) - 1 + 1 + 1


def test_any_text_is_a_label() -> None:
    awkward = 'a "b"\\c\nd'
    latest = Latest()
    latest.apply(Update({f"tier:{awkward}": Scored(scores(awkward), T0)}, [], whole=True))
    registry = CollectorRegistry()
    registry.register(ScoresCollector(latest))
    assert ("segpulse_segment_value", labels(awkward)) in parsed(generate_latest(registry).decode())


def test_older_scores_never_replace_newer_ones() -> None:
    latest = Latest()
    for at in (T0, T0 + 2, T0 + 1):
        latest.apply(Update({"tier:2": Scored(scores(at=at), T0)}, [], whole=False))
    assert [scored.scores.at for scored in latest.all()] == [T0 + 2]
    for seen in (1, 2):  # of the same tick the later record has seen more
        latest.apply(Update({"tier:2": Scored(scores(at=T0 + 2, cells=[cell(numerator=seen)]), T0)}, [], whole=False))
    assert [scored.scores.cells[0].numerator for scored in latest.all()] == [2]
    latest.apply(Update({}, [], whole=True))
    assert latest.all() == []


def test_quality_is_scraped_while_it_is_told() -> None:
    latest, registry = Latest(), CollectorRegistry()
    registry.register(QualityCollector(latest))
    latest.apply(Update({}, [], whole=True, overviews={"tier": overview(), "city": overview("city", accuracy=None)}))
    latest.apply(Update({}, [], whole=False, overviews={"city": None}))
    series = parsed(generate_latest(registry).decode())
    of_tier = frozenset({("dimension", "tier")})
    assert series["segpulse_dimension_accuracy_ratio", of_tier] == pytest.approx(1 / 3)
    assert series["segpulse_dimension_groups", of_tier] == 2
    assert series["segpulse_dimension_cramers_v", of_tier | {("kpi", "form_fill_rate")}] == 0.1
    told = {
        tuple(dict(found)[name] for name in ("segment", "verdict", "group"))
        for name, found in series
        if name == "segpulse_segment_verdict"
    }
    assert told == {("accurate", "accurate", "2"), ("like", "like the rest", "1"), ("few", "too few cases", "")}
    assert {dict(found)["dimension"] for _, found in series} == {"tier"}


def test_stability_and_the_dates_of_the_reviews_are_scraped_where_they_are_known() -> None:
    latest, registry = Latest(), CollectorRegistry()
    registry.register(QualityCollector(latest))
    without = overview("city", kpis=[])
    latest.apply(
        Update({}, [], whole=True, overviews={"tier": overview(reviewed=T0, review_due=2 * T0), "city": without})
    )
    series = parsed(generate_latest(registry).decode())
    of_tier = frozenset({("dimension", "tier")})
    assert series["segpulse_dimension_rank_correlation", of_tier | {("kpi", "form_fill_rate")}] == 0.9
    assert series["segpulse_dimension_kept_side_ratio", of_tier | {("kpi", "form_fill_rate")}] == 0.75
    assert series["segpulse_dimension_reviewed_timestamp_seconds", of_tier] == T0 / 1000
    assert series["segpulse_dimension_review_due_timestamp_seconds", of_tier] == 2 * T0 / 1000
    of_city = {name for name, found in series if dict(found).get("dimension") == "city"}
    assert of_city & {"segpulse_dimension_review_due_timestamp_seconds", "segpulse_dimension_rank_correlation"} == set()


def test_growth_is_scraped_where_it_is_told() -> None:
    latest, registry = Latest(), CollectorRegistry()
    registry.register(GrowthCollector(latest))
    told = msgspec.structs.replace(overview(), quality=None, growth=[growth("2"), growth("2", "year")])
    latest.apply(Update({}, [], whole=True, overviews={"tier": told, "city": overview("city")}))
    series = parsed(generate_latest(registry).decode())
    labels = {"dimension": "tier", "segment": "2", "kpi": "sales_growth", "window": "24h"}
    for against in ("week", "year"):
        of = frozenset({**labels, "against": against}.items())
        found = {name.removeprefix("segpulse_segment_growth_"): v for (name, said), v in series.items() if said == of}
        assert found == {"ratio": 1.25, "low": 0.95, "high": 1.6, "now": 12_500.5, "before": 10_000}
    assert len(series) == 10


def test_a_taken_port_is_said_in_one_line(running: Running, stop: threading.Event) -> None:
    port = free_port()
    running(lambda stop: run(settings(port=port), stop))
    eventually(lambda: listens(port))
    with pytest.raises(CannotStartError, match=rf"cannot listen on 127\.0\.0\.1:{port} \(prometheus\.host"):
        run(settings(port=port), stop)
