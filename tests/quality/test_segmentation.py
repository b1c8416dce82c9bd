"""A dimension judged live says what a review says of the same counts, and what was put into them."""

from __future__ import annotations

import numpy as np
import pytest

from streams.kpis.measures import Measures
from streams.messages import SegmentationQuality
from streams.quality.segmentation import segmentation
from streams.scoring.daily import Daily
from streams.settings import Kpi, Scoring
from tests.quality.made import drawn

DAY = 86_400_000
KPIS = {
    "win": Kpi(numerator=("leads.won",), denominator=("leads.created",), unit="ratio", model="binomial"),
    "fills": Kpi(numerator=("form_fills",), denominator=("sessions",), unit="ratio", model="poisson"),
    "value": Kpi(numerator=("orders.order.value",), denominator=("sessions",), unit="EUR", model="mean"),
}
MEASURES = Measures(KPIS.values())


def judged(rates: dict[str, float], sizes: list[int], days: int = 10, seed: int = 1) -> SegmentationQuality | None:
    found = drawn(list(rates.values()), sizes, days, seed)
    counts = np.zeros((days, len(rates), len(MEASURES.names)), dtype=np.int64)
    for column, (hits, trials) in enumerate((("leads.won", "leads.created"), ("form_fills", "sessions"))):
        counts[:, :, MEASURES.column(hits)] = found.hits[:, :, column]
        counts[:, :, MEASURES.column(trials)] = found.trials[:, :, column]
    daily = Daily("tier", 0, days * DAY, list(rates), counts)
    return segmentation(daily, KPIS, MEASURES, Scoring(min_trials=100, min_effect=0.1))


def test_what_was_put_in_is_found() -> None:
    rates = {"a": 0.1, "b": 0.1, "high": 0.3, "few": 0.9, "other": 0.2, "unknown": 0.8}
    found = judged(rates, [300, 300, 300, 1, 300, 300])
    assert found is not None
    verdicts = {each.value: (each.enough, each.different, each.alike, each.accurate) for each in found.segments}
    assert verdicts.keys() == {"a", "b", "high", "few"}, "neither unknown nor other is a segment"
    assert verdicts["high"] == (True, True, True, True)
    assert not verdicts["few"][0]
    assert found.accuracy == pytest.approx(sum(each[3] for each in verdicts.values()) / 4)
    assert sorted(map(sorted, found.groups)) == [["a", "b"], ["high"]]
    assert found.merges == [["a", "b"]]
    by_kpi = {kpi.kpi: kpi for kpi in found.kpis}
    assert by_kpi.keys() == {"win", "fills"}, "a mean counts no hits of trials"
    assert by_kpi["fills"].cramers_v is None
    assert (by_kpi["win"].cramers_v or 0) > 0.1
    assert (by_kpi["win"].spread or 0) == pytest.approx(0.7, abs=0.2)
    assert (by_kpi["win"].icc_low or 0) <= (by_kpi["win"].icc or 0) <= (by_kpi["win"].icc_high or 0)


def test_a_segment_that_never_does_it_is_different() -> None:
    found = judged({"a": 0.05, "b": 0.05, "c": 0.05, "never": 0.0}, [300] * 4)
    assert found is not None
    assert {each.value for each in found.segments if each.accurate} >= {"never"}


def test_segments_that_are_alike_are_one_group_and_none_is_accurate() -> None:
    found = judged(dict.fromkeys("abcd", 0.2), [400] * 4)
    assert found is not None
    assert found.accuracy == 0
    assert found.groups == [["a", "b", "c", "d"]]


def test_nothing_to_judge_is_nothing() -> None:
    assert judged({"a": 0.0, "b": 0.0}, [100, 100]) is None
    assert judged({"unknown": 0.5}, [100]) is None
