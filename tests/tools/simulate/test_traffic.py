"""The simulated traffic: reproducible, at the rate asked for, with seasons, a heavy tail and what the story says."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from typing import Any

import numpy as np
import pytest

from streams.events.topics import SOURCE_TOPICS, SOURCES
from streams.tools.files.source import SourceRecord
from streams.tools.simulate.audience import TRAITS, Audience, make_audience
from streams.tools.simulate.columns import KINDS
from streams.tools.simulate.season import HOUR, busy
from streams.tools.simulate.story import Chapter, Kind, Story, place
from streams.tools.simulate.traffic import Traffic

MONDAY = 1_767_571_200_000  # 2026-01-05
DAY = 24 * HOUR


def simulated(
    *chapters: Chapter, seed: int = 1, rate: float = 3.0, start: int = MONDAY, span: int = DAY, visitors: int = 4_000
) -> tuple[Audience, list[SourceRecord]]:
    audience = make_audience(seed, visitors)
    story = Story([place(chapter, start, span) for chapter in chapters], audience)
    return audience, list(Traffic(seed, audience, story, rate, start).records(start + span))


def events(records: list[SourceRecord]) -> list[dict[str, Any]]:
    return [{"topic": r.topic, **json.loads(r.value)} for r in records if r.topic != "profiles"]


def test_the_same_seed_and_start_make_the_same_bytes() -> None:
    assert simulated(span=3 * HOUR)[1] == simulated(span=3 * HOUR)[1]
    assert simulated(span=3 * HOUR)[1] != simulated(span=3 * HOUR, seed=2)[1]


def test_a_longer_span_begins_with_the_shorter_one() -> None:
    shorter, longer = simulated(span=5 * HOUR // 2)[1], simulated(span=4 * HOUR)[1]
    assert longer[: len(shorter)] == shorter


def test_profiles_come_first_then_events_in_time_order_and_in_the_span() -> None:
    start = MONDAY + 20 * 60_000
    audience, records = simulated(start=start, span=2 * HOUR)
    assert [r.topic for r in records[: len(audience)]] == ["profiles"] * len(audience)
    times = [r.timestamp for r in records]
    assert times == sorted(times)
    assert start <= times[0] <= times[-1] < start + 2 * HOUR
    assert all(json.loads(r.value)["timestamp"] == r.timestamp for r in records)
    ids = Counter(event["event_id"] for event in events(records))
    assert max(ids.values()) == 1


def test_every_event_is_one_that_its_topic_has() -> None:
    _, records = simulated()
    seen = {(event["topic"], event["event"]) for event in events(records)}
    assert seen == set(KINDS)
    assert {r.topic for r in records} <= set(SOURCE_TOPICS)
    for topic, event in seen:
        assert event in (SOURCES[topic].names or {SOURCES[topic].default})


def test_the_rate_is_the_mean_of_a_week() -> None:
    _, records = simulated(rate=0.5, span=7 * DAY)
    assert (len(records) - 4_000) / (7 * DAY / 1000) == pytest.approx(0.5, rel=0.04)


def test_days_and_weeks_have_their_seasons() -> None:
    assert np.mean([busy(hour) for hour in range(7 * 24)]) == pytest.approx(1.0)
    _, records = simulated(rate=0.5, span=7 * DAY)
    by_hour = Counter((r.timestamp - MONDAY) // HOUR for r in records if r.topic == "page_views")
    by_day = [sum(by_hour[day * 24 + hour] for hour in range(24)) for day in range(7)]
    assert min(by_day[:5]) > 1.5 * max(by_day[5:])  # Saturday and Sunday
    night, noon = (sum(by_hour[day * 24 + hour] for day in range(5)) for hour in (2, 10))
    assert noon > 2 * night


def test_few_visitors_make_much_of_the_traffic_and_traits_go_together() -> None:
    audience = make_audience(3, 20_000)
    share = np.sort(audience.share)[::-1]
    assert 0.4 < share[:2_000].sum() < 0.6
    assert share[0] * len(audience) < 25
    size, industry = audience.traits["company_size"], audience.traits["industry"]
    large = [(size[industry == i] >= 3).mean() for i in range(len(TRAITS["industry"]))]
    assert max(large) > 2 * min(large)
    missing = [float((codes < 0).mean()) for codes in audience.traits.values()]
    assert all(0.03 < part < 0.05 for part in missing)


def rates(records: list[SourceRecord], inside: set[str]) -> dict[str, float]:
    """Page views, and form fills, downloads and clicks a page view, of these visitors."""
    count = Counter(r.topic for r in records if r.key in inside)
    views = count["page_views"]
    return {"views": views, **{topic: count[topic] / views for topic in ("form_fills", "downloads", "clicks") if views}}


BUSY = MONDAY + 8 * HOUR  # the chapters' time, six hours of it


@cache
def usual_traffic() -> list[SourceRecord]:
    return simulated(rate=8.0, start=BUSY, span=6 * HOUR)[1]


def told(kind: Kind, segment: str, by: str = "") -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
    """Inside segment `by` (or `segment`) while the chapter lasts, outside it, and inside it without the chapter."""
    chapter = Chapter(kind=kind, segment=segment, start=0.0, end=1.0)
    audience, records = simulated(chapter, rate=8.0, start=BUSY, span=6 * HOUR)
    dimension, _, value = (by or segment).partition(":")
    members = audience.members(dimension, value)
    inside = {f"visitor-{n:06d}" for n in np.flatnonzero(members)}
    outside = {f"visitor-{n:06d}" for n in np.flatnonzero(~members)}
    return rates(records, inside), rates(records, outside), rates(usual_traffic(), inside)


def test_a_segment_that_outperforms_fills_more_forms() -> None:
    inside, outside, usual = told("outperform", "city_tier:2")
    assert inside["form_fills"] == pytest.approx(1.8 * usual["form_fills"], rel=0.15)
    assert inside["downloads"] == pytest.approx(1.8 * usual["downloads"], rel=0.15)
    assert outside["form_fills"] < 0.75 * inside["form_fills"]
    assert inside["views"] == pytest.approx(usual["views"], rel=0.1)


def test_a_broken_form_is_filled_by_nobody() -> None:
    inside, outside, usual = told("form_breaks", "industry:pharma")
    assert inside["form_fills"] == 0
    assert usual["form_fills"] > 0.02
    assert outside["form_fills"] > 0.02
    assert inside["downloads"] == pytest.approx(usual["downloads"], rel=0.15)


def test_a_silent_segment_does_nothing_at_all() -> None:
    inside, outside, usual = told("silent", "industry:food processing")
    assert inside["views"] == 0
    assert usual["views"] > 5_000
    assert outside["views"] > 10_000


def test_a_dip_is_everybodys() -> None:
    inside, outside, usual = told("dip", "*", by="city_tier:1")
    for name, factor in (("views", 0.6), ("form_fills", 0.6), ("clicks", 0.6)):
        assert inside[name] == pytest.approx(factor * usual[name], rel=0.15)
    assert inside["clicks"] / usual["clicks"] == pytest.approx(outside["clicks"] / usual["clicks"], rel=0.1)
