"""Medians of what is in bins, of segments and of rests."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.events.terms import BINS, binned
from streams.kpis.catalogue import BUILT_IN
from streams.kpis.measures import Measures
from streams.messages import Cell
from streams.panes.levels import Grid
from streams.scoring import shown
from streams.scoring.judge import Judge
from streams.scoring.medians import Medians, quantile
from streams.settings import Alerts, Scoring, Settings, Span

KPIS = {name: BUILT_IN[name] for name in ("time_to_mql", "median_time_to_mql", "mql_rate")}
MEASURES = Measures(KPIS.values())
DAY = 86_400
WINDOW = Span(30 * DAY * 1000)
SETTINGS = Settings(scoring=Scoring(windows=(WINDOW,)), alerts=Alerts(windows=(WINDOW,)))
_times = st.lists(st.integers(1, 365 * DAY), min_size=1, max_size=50)


def in_bins(times: list[int]) -> list[int]:
    counts: list[int] = np.bincount(np.searchsorted(BINS[:-1], times, "right"), minlength=len(BINS)).tolist()
    return counts


@given(_times)
def test_a_median_is_no_further_off_than_a_bin_is_wide(times: list[int]) -> None:
    found = float(quantile(np.array(in_bins(times)), np.array(len(times) / 2)))
    middle = sorted(times)[(len(times) - 1) // 2]
    if middle < 60:
        assert 1 <= found <= 60
    else:
        assert middle / 1.42 <= found <= middle * 1.42  # ends of bins are whole seconds


@given(_times, st.lists(st.floats(0.001, 1), min_size=2, max_size=2))
def test_more_of_them_do_not_exceed_more(times: list[int], shares: list[float]) -> None:
    less, more = (float(quantile(np.array(in_bins(times)), np.array(s * len(times)))) for s in sorted(shares))
    assert less <= more


def test_of_none_there_is_none() -> None:
    assert np.isnan(quantile(np.zeros((2, len(BINS)), dtype=np.int64), np.zeros(2))).all()


def scored(*segments: list[int]) -> list[dict[str, Cell]]:
    """Of each segment, by KPI, from how long its leads took (s); the last one's trait is unknown."""
    totals = np.zeros((1, len(segments), len(MEASURES.names)), dtype=np.int64)
    for row, times in enumerate(segments):
        for measure, amount in {"leads.mql.seconds": 1000 * sum(times), "leads.mql.intervals": len(times)}.items():
            totals[0, row, MEASURES.column(measure)] = amount
        totals[0, row, [MEASURES.column(name) for name in binned("leads.mql.seconds")]] = in_bins(times)
    eligible = np.array([True] * (len(segments) - 1) + [False])
    judge = Judge("tier", SETTINGS, KPIS, MEASURES)
    nothing = np.zeros((1, len(segments), len(KPIS)), dtype=np.int8)
    counts, median = Medians(KPIS, MEASURES).of(judge.counts(totals, eligible, nothing[0]), totals, eligible)
    spread = judge.dispersion()
    still, never = nothing.astype(np.int64), np.full(nothing[0].shape, np.nan)
    table = shown.Table(
        *counts, eligible, nothing, still, nothing[0], never, judge.clusters(totals, spread), spread, median
    )
    found = shown.scores(
        "tier", list(map(str, range(len(segments)))), 0, 0, table, KPIS, Grid((WINDOW,), SETTINGS.time.tick)
    )
    return [{cell.kpi: cell for cell in score.cells} for score in found]


def test_it_is_beside_the_rest_s() -> None:
    """Of a: ten of some hours. Of the rest: nine of a day and one of ten months, which carries the mean, not the
    median. Who is unknown is in no rest."""
    quick, slow, unknown = [5 * 3600] * 10, [DAY + 3600] * 9 + [300 * DAY], [60] * 100
    a, b, _ = scored(quick, slow, unknown)
    own, others = a["median_time_to_mql"], b["median_time_to_mql"]
    assert own.value == pytest.approx(5 / 24, rel=0.2)
    assert own.rest == others.value == pytest.approx(25 / 24, rel=0.2)
    assert others.rest == own.value
    assert own.numerator == pytest.approx(10 * DAY * (own.value or 0.0))
    assert (a["time_to_mql"].rest or 0.0) > 30
    assert own.index == pytest.approx(100 * (own.rest or 0.0) / (own.value or 1.0)), "sooner is better"
    assert own.low is not None
    assert own.high is not None
    assert own.low < (own.value or 0.0) < own.high, "within the one bin"
    assert (own.shrunk, own.probability_better) == (None, None), "it is only shown"


def test_of_too_few_there_is_no_interval() -> None:
    five, six = scored([DAY] * 5, [DAY] * 6, [DAY])[:2]
    assert five["median_time_to_mql"].low is None
    assert five["median_time_to_mql"].high is None
    assert six["median_time_to_mql"].low is not None


def test_the_interval_holds_the_median_in_95_of_100() -> None:
    rng, days = np.random.default_rng(1), 5
    times = rng.lognormal(np.log(days * DAY), 1.0, (2_000, 40)).astype(int).clip(1, 365 * DAY)
    found = [cells["median_time_to_mql"] for cells in scored(*times.tolist(), [DAY])[:-1]]
    held = [(cell.low or np.inf) <= days <= (cell.high or 0.0) for cell in found]
    assert 0.93 <= np.mean(held) <= 0.975
