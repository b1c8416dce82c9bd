"""Hits that lag behind their trials: a mailing in the morning, opened until the evening; what comes of a session."""

from __future__ import annotations

import math

import numpy as np
import pytest

from streams.events.columns import Floats
from streams.events.terms import lag
from streams.kpis.catalogue import BUILT_IN
from streams.scoring.evidence import budget, comparison
from streams.scoring.evidence.comparison import Trials
from streams.scoring.evidence.lag import matched, shortest
from streams.scoring.evidence.series import Evidence
from tests.scoring.streams import DAY, START

SEGMENTS, BOARDS = 10, 20
MAILS, OPENED, DELAY = 500, 0.3, 3 * 3_600_000  # a segment and morning; of them; ms on average
SPAN, MINUTE = 600_000, 60_000  # ms between looks
ARL = budget.arl_of_shift(SEGMENTS, per_day=0.02)
SURE = np.log(SEGMENTS / 0.05)  # 5 % over all levels of a board


def mailings(seed: int, days: int, change: float = 1.0, since: int = 10**6) -> tuple[Floats, Floats]:
    """Opened and sent, [looks × segments × boards]; of segment 0 `change` times as many are opened from day `since`.

    Sent within ten minutes from nine o'clock on, and twenty a day at any time.
    """
    random = np.random.default_rng(seed)
    sent, opened = np.zeros((2, days * DAY // SPAN, SEGMENTS * BOARDS))
    for series in range(SEGMENTS * BOARDS):
        mornings = np.repeat(np.arange(days) * DAY + 9 * 3_600_000, MAILS)
        times = np.concatenate(
            [mornings + random.uniform(0, SPAN, len(mornings)), random.uniform(0, days * DAY, 20 * days)]
        )
        changed = (series < BOARDS) & (times >= since * DAY)
        times_opened = times[random.random(len(times)) < OPENED * np.where(changed, change, 1.0)]
        times_opened = times_opened + random.exponential(DELAY, len(times_opened))
        for counts, when in ((sent, times), (opened, times_opened[times_opened < days * DAY])):
            np.add.at(counts[:, series], (when // SPAN).astype(np.int64), 1)
    shape = (len(sent), SEGMENTS, BOARDS)
    return opened.reshape(shape), sent.reshape(shape)


def sessions(rate: float, a_minute: float, days: int) -> tuple[Floats, Floats]:
    """Hits and trials, [looks × segments × boards], all alike: of a session one hit at most, or of a `rate` above 1
    any number."""
    random = np.random.default_rng(1)
    trials, hits = np.zeros((2, days * DAY // MINUTE, SEGMENTS * BOARDS))
    for series in range(SEGMENTS * BOARDS):
        times = random.uniform(0, days * DAY, random.poisson(a_minute * days * 1_440))
        number = random.random(len(times)) < rate if rate < 1 else random.geometric(1 / (1 + rate), len(times)) - 1
        come = np.repeat(times, number) + random.exponential(3 * MINUTE, int(number.sum()))
        for counts, when in ((trials, times), (hits, come[come < days * DAY])):
            np.add.at(counts[:, series], (when // MINUTE).astype(np.int64), 1)
    shape = (len(trials), SEGMENTS, BOARDS)
    return hits.reshape(shape), trials.reshape(shape)


def watch(
    opened: Floats, sent: Floats, binomial: bool, *, lag: float = math.inf, settle: int = DAY, span: int = SPAN
) -> tuple[Floats, list[list[tuple[float, int]]]]:
    """The largest ln of an e-value of each board, and of each its shifts: (day, segment)."""
    every, everybody = np.ones(BOARDS, dtype=np.bool_), np.ones(SEGMENTS, dtype=np.bool_)
    evidence = Evidence(every & binomial, settle, lags=np.full(BOARDS, lag))
    evidence.begin([], SEGMENTS)
    most, before = np.full(BOARDS, -np.inf), np.zeros((SEGMENTS, BOARDS), dtype=np.int8)
    shifts = [list[tuple[float, int]]() for _ in every]
    for number, own in enumerate(zip(opened, sent, strict=True), start=1):
        found = evidence.step(START + number * span, span, Trials(*own), everybody, ARL)
        most = np.maximum(most, found.e_value.max(axis=0))
        for segment, board in np.argwhere((found.shift != 0) & (found.shift != before)).tolist():
            shifts[board].append((number * span / DAY, segment))
        before = found.shift
    return most, shifts


@pytest.mark.parametrize("binomial", [True, False])
def test_segments_that_are_alike_are_called_no_oftener_than_is_agreed(binomial: bool) -> None:
    days = 6
    most, shifts = watch(*mailings(1, days), binomial)
    assert (most >= SURE).sum() <= 2, "one board in twenty, ever"
    assert sum(map(len, shifts)) <= 0.02 * days * BOARDS + 2


def test_a_change_is_found_within_days() -> None:
    """Three tenths fewer of 150 that are opened a day."""
    since = 10
    _, shifts = watch(*mailings(2, 16, change=0.7, since=since), binomial=True)
    first = [min((day for day, segment in each if segment == 0), default=np.inf) for each in shifts]
    assert np.median(first) - since < 4
    assert max(first) < np.inf
    assert min(first) > since


def test_a_lasting_difference_is_known_within_days() -> None:
    most, _ = watch(*mailings(3, 5, change=0.7, since=0), binomial=True)
    assert (most >= SURE).all()


@pytest.mark.parametrize("binomial", [True, False])
@pytest.mark.parametrize("span", [0.1, 1.0, 5.0, math.inf])
@pytest.mark.parametrize("rate", [0.05, 0.3, 0.7])
def test_the_variance_and_the_skew_are_those_of_what_lags(rate: float, span: float, binomial: bool) -> None:
    """Of stretches that last `span` mean lags, beside a rest that is known."""
    lag, length = (0.0, 1.0) if math.isinf(span) else (1.0, span)
    trials, size, earlier = 5.0 * length, 50_000, 8.0 * lag
    random = np.random.default_rng(4)
    begun = random.poisson(5 * (length + earlier), size)
    which = np.repeat(np.arange(size), begun)
    times = random.uniform(-earlier, length, len(which))
    hits = random.random(len(which)) < rate if binomial else random.poisson(rate, len(which))
    of_hit = np.repeat(np.arange(len(which)), hits)
    come = times[of_hit] + lag * random.exponential(size=len(of_hit))
    x = np.bincount(which[of_hit[(come >= 0) & (come < length)]], minlength=size)
    n = np.bincount(which[times >= 0], minlength=size)
    residual = x - rate * n
    own, rest = (Trials(np.full(1, rate * number), np.full(1, number)) for number in (trials, 1e6))
    found = comparison.compare(
        own,
        rest,
        np.zeros(1),
        np.full(1, rate),
        np.full(1, binomial),
        matched(np.full(1, lag), np.full(1, length)),
    )
    assert residual.var() / found.variance[0] == pytest.approx(1, abs=0.03)
    if binomial or not lag:
        assert np.mean((residual - residual.mean()) ** 3) / residual.var() == pytest.approx(found.skew[0], abs=0.05)


def test_a_stretch_lasts_until_its_lag_is_the_lesser_evil() -> None:
    lags, rates = np.array([0.0, 5.0, 5.0, np.inf, 5.0]) * MINUTE, np.array([0.5, 0.5, 0.98, 0.5, 0.1])
    binomial = np.ones(5, dtype=np.bool_)
    assert (shortest(lags, rates, binomial) / MINUTE).round(1).tolist() == [0.0, 10.0, 30.0, 1_440.0, 0.0]
    assert shortest(lags, rates * 4, ~binomial)[1] == 10 * MINUTE


def test_which_kpis_lag() -> None:
    lags = {name: lag(kpi.numerator, kpi.denominator) for name, kpi in BUILT_IN.items() if kpi.model != "figure"}
    email = {name for name, kpi in BUILT_IN.items() if kpi.family == "email"}
    steps = {"lead_conversion", "mql_rate", "sql_rate", "sql_conversion", "customers_per_lead"}
    others = {"registration_rate", "attendance_rate", "refund_rate", "survey_response_rate", "churn"}
    assert {name for name, ms in lags.items() if ms == math.inf} == email | steps | others
    visits = {name for name, ms in lags.items() if ms == 5 * MINUTE}
    assert {"form_fill_rate", "engaged_session_rate", "time_on_site", "pages_per_session"} <= visits
    at_once = {name for name, ms in lags.items() if ms == 0}
    assert {"csat", "win_rate", "average_deal_size", "retention_30d", "repeat_purchase"} <= at_once
    assert lag(["orders.value"], ["orders.valued"]) == lag(["orders.order.value"], ["orders.order.valued"]) == 0
    assert lag(["leads.lost"], ["leads.sql"]) == math.inf
    assert lag(["leads.created"], ["sessions"]) == 5 * MINUTE


@pytest.mark.parametrize(("rate", "a_minute"), [(0.55, 2.0), (4.0, 1.0)])
def test_what_comes_of_sessions_minutes_later_is_called_no_oftener_than_is_agreed(rate: float, a_minute: float) -> None:
    """Taken for shares of the trials of their own stretch, 9 and 30 shifts are called."""
    days = 2
    most, shifts = watch(*sessions(rate, a_minute, days), rate < 1, lag=5 * MINUTE, settle=60 * MINUTE, span=MINUTE)
    assert sum(map(len, shifts)) <= 0.02 * days * BOARDS + 2
    assert (most >= SURE).sum() <= 2, "one board in twenty, ever"
