"""Hits that trail their trials by hours: a mailing in the morning, opened until the evening."""

from __future__ import annotations

import numpy as np
import pytest

from streams.events.columns import Floats
from streams.kpis.catalogue import BUILT_IN
from streams.kpis.terms import trails
from streams.scoring import budget, comparison
from streams.scoring.comparison import Trials
from streams.scoring.evidence import Evidence
from tests.scoring.streams import DAY, START

SEGMENTS, BOARDS = 10, 20
MAILS, OPENED, DELAY = 500, 0.3, 3 * 3_600_000  # a segment and morning; of them; ms on average
SPAN = 600_000  # ms between looks
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


def watch(opened: Floats, sent: Floats, binomial: bool) -> tuple[Floats, list[list[tuple[float, int]]]]:
    """The largest ln of an e-value of each board, and of each its shifts: (day, segment)."""
    every = np.ones(BOARDS, dtype=np.bool_)
    evidence, everybody = Evidence(every & binomial, trails=every), np.ones(SEGMENTS, dtype=np.bool_)
    evidence.begin([], SEGMENTS)
    most, before = np.full(BOARDS, -np.inf), np.zeros((SEGMENTS, BOARDS), dtype=np.int8)
    shifts = [list[tuple[float, int]]() for _ in every]
    for number, own in enumerate(zip(opened, sent, strict=True), start=1):
        found = evidence.step(START + number * SPAN, SPAN, Trials(*own), everybody, ARL)
        most = np.maximum(most, found.e_value.max(axis=0))
        for segment, board in np.argwhere((found.shift != 0) & (found.shift != before)).tolist():
            shifts[board].append((number * SPAN / DAY, segment))
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


@pytest.mark.parametrize(("mails", "rate"), [(5, 0.3), (50, 3.0), (500, 0.05)])
def test_the_variance_is_that_of_counts_beside_counts(mails: float, rate: float) -> None:
    random, size = np.random.default_rng(4), 100_000
    own, rest = (
        Trials(*(random.poisson(mean, size).astype(np.float64) for mean in (times * rate, times)))
        for times in (mails, 9 * mails)
    )
    every = np.ones(size, dtype=np.bool_)
    found = comparison.compare(own, rest, np.zeros(1), np.full(1, rate), every, every)
    assert np.mean(found.residual**2) / np.mean(found.variance) == pytest.approx(1, abs=0.03)


def test_which_kpis_trail() -> None:
    found = {name for name, kpi in BUILT_IN.items() if kpi.model != "figure" and trails(kpi.numerator, kpi.denominator)}
    email = {name for name, kpi in BUILT_IN.items() if kpi.family == "email"}
    steps = {"lead_conversion", "mql_rate", "sql_rate", "sql_conversion", "customers_per_lead"}
    others = {"registration_rate", "attendance_rate", "refund_rate", "survey_response_rate", "churn"}
    assert found == email | steps | others
    assert not trails(["orders.order.value"], ["orders.order.valued"])
    assert not trails(["orders.value"], ["orders.valued"])
    assert trails(["leads.lost"], ["leads.sql"])
    assert not trails(["leads.created"], ["sessions"])
