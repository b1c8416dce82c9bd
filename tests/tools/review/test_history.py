"""A history holds what the core's panes do, however they were rolled up, expired or written anew."""

from __future__ import annotations

import json

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.kpis.catalogue import catalogue
from streams.kpis.measures import Measures
from streams.messages import PaneSnapshot
from streams.panes.levels import LEVELS
from streams.panes.panes import Change
from streams.quality.days import known
from streams.settings import Kpi, Settings
from streams.tools.feed import Feed
from streams.tools.files.source import SourceRecord
from streams.tools.review.history import DAY, Daily, History
from tests.tools.review.made import START

MEASURES = Measures(catalogue(Settings()).values())
ONE = Measures([Kpi(numerator=("clicks",), denominator=("clicks",), unit="", model="poisson")])
CLICKS = MEASURES.names.index("clicks")
HOUR = LEVELS[2]


def click(at: int, plan: str, number: int) -> SourceRecord:
    who = f"{plan}{number}"
    event = {"event_id": number, "visitor_id": who, "timestamp": at, "traits": {"industry": plan}}
    return SourceRecord("clicks", who, json.dumps(event).encode(), at)


@given(st.lists(st.tuples(st.integers(0, 14 * 24), st.sampled_from("ab")), min_size=1, max_size=60))
@settings(max_examples=50)
def test_sums_of_days(clicks: list[tuple[int, str]]) -> None:
    """Over two weeks, of which the panes keep nine days: each click on its day."""
    records = [click(START + hour * HOUR + i, plan, i) for i, (hour, plan) in enumerate(sorted(clicks))]
    history = History(MEASURES)
    Feed(Settings(), MEASURES, lambda _, changes: history.take(changes)).run(records)
    found = history.daily("industry", START, START + 15 * DAY, 10)
    expected = np.zeros((15, 2), dtype=np.int64)
    for hour, plan in clicks:
        expected[hour // 24, "ab".index(plan)] += 1
    for column, plan in enumerate("ab"):
        if plan in found.names:
            counted = found.counts[:, found.names.index(plan), CLICKS]
            np.testing.assert_array_equal(counted, expected[:, column])
        else:
            assert not expected[:, column].any()
    assert history.begin == records[0].timestamp // DAY * DAY


def changed(level: int, start: int, counts: dict[str, int] | None) -> Change:
    snapshot = None
    if counts is not None:
        snapshot = PaneSnapshot(
            partition=0,
            level=level,
            start=start,
            watermark=0,
            offsets={},
            measures=["clicks"],
            counts={"industry": {value: [n] for value, n in counts.items()}},
        )
    return Change((level, start), snapshot, None, ("industry",))


def shown(found: Daily) -> dict[str, int]:
    return dict(zip(found.names, found.counts[0, :, 0].tolist(), strict=True))


def test_rolled_up_counts_once_and_an_old_day_stays() -> None:
    history = History(ONE)
    history.take([changed(2, START, {"a": 3}), changed(3, START, {"a": 3, "b": 2}), changed(2, START, None)])
    history.take([changed(3, START, None)])
    found = history.daily("industry", START, START + DAY, 10)
    assert shown(found) == {"a": 3, "b": 2}


def test_the_largest_have_a_name() -> None:
    history = History(ONE)
    history.take([changed(3, START, {"a": 1, "b": 5, "c": 4, "unknown": 9, "other": 2})])
    found = history.daily("industry", START, START + DAY, 2)
    assert shown(found) == {
        "b": 5,
        "c": 4,
        "unknown": 9,
        "other": 3,
    }
    assert known(found.names).tolist() == [True, True, True, False]
    assert found.named.tolist() == [True, True, False, False]
