"""Sums of values: in what they are kept, shown and tested."""

from __future__ import annotations

from collections.abc import Iterator
from math import nan

import numpy as np
import pytest

from streams.kpis.measures import Measures
from streams.messages import STATES
from streams.panes.levels import Grid
from streams.scoring.baseline import Counts
from streams.scoring.evidence.comparison import Trials
from streams.scoring.quantities import Quantities, Units
from streams.scoring.shown import Table, scores
from streams.settings import Kpi
from tests.scoring.streams import DAY, HOUR, START, Look, alarms, watch

KPIS = {
    "won": Kpi(numerator=("leads.won",), denominator=("leads.created",), unit="ratio", model="binomial"),
    "basket": Kpi(
        numerator=("orders.order.value",), denominator=("orders.order.valued",), unit="EUR per order", model="mean"
    ),
    "stay": Kpi(numerator=("sessions.seconds",), denominator=("sessions",), unit="s per session", model="mean"),
    "nps": Kpi(
        numerator=("feedback.nps.promoters", "-feedback.nps.detractors"),
        denominator=("feedback.nps.valued",),
        unit="points",
        model="figure",
        scale=100,
    ),
    "romi": Kpi(numerator=("orders.value", "-spend.value"), denominator=("spend.value",), unit="ratio", model="figure"),
}
MEASURES = Measures(KPIS.values())
QUANTITIES = Quantities(KPIS, MEASURES)


def totals(**amounts: int) -> list[int]:
    named = {name.replace("_", "."): amount for name, amount in amounts.items()}
    assert set(named) <= set(MEASURES.names)
    return [named.get(name, 0) for name in MEASURES.names]


def test_how_many_pieces_a_sum_is_of_is_kept_too() -> None:
    assert {"orders.order.valued", "sessions.intervals"} <= set(MEASURES.names)


def test_a_piece_is_of_the_mean_size_and_a_count_of_one() -> None:
    rows = np.array(
        [
            totals(orders_order_value=90_000, orders_order_valued=2, sessions_seconds=1_500, sessions_intervals=3),
            totals(orders_order_value=30_000, orders_order_valued=1, leads_won=7),
        ]
    )
    piece = QUANTITIES.piece(rows)
    assert piece.tolist() == [1, 40_000, 500, 1, 1]
    gained = np.array(
        [totals(leads_won=2, leads_created=5, orders_order_value=60_000, orders_order_valued=1, sessions=4)]
    )
    hits, trials = QUANTITIES.hits(gained, piece)
    assert hits.tolist() == [[2, 1.5, 0, 0, 0]]
    assert trials.tolist() == [[5, 1, 4, 0, 0]], "what is only shown is not tested"


def test_no_value_at_all_and_what_takes_away() -> None:
    rows = np.array([totals(orders_order_value=-5_000, orders_order_valued=1)])
    piece = QUANTITIES.piece(rows)
    assert piece.tolist() == [1] * len(KPIS)
    assert QUANTITIES.hits(rows, piece)[0].tolist() == [[0] * len(KPIS)]


def cells(
    own: list[int], rest: list[int], cluster: list[float], dispersion: float = 1.0
) -> dict[str, tuple[float | None, ...]]:
    """(numerator, denominator, value, rest, low, high, index) of each KPI."""
    both = np.array([[own, rest]])
    numerator, denominator = QUANTITIES.numerator(both), QUANTITIES.denominator(both)
    state = np.full((1, 2, len(KPIS)), STATES.index("par"), dtype=np.int8)
    since = np.zeros_like(state, dtype=np.int64)
    shift, wait = np.zeros((2, len(KPIS)), dtype=np.int8), np.full((2, len(KPIS)), np.nan)
    counts = Counts(numerator, denominator, numerator[:, ::-1], denominator[:, ::-1])
    varies = np.full(len(KPIS), dispersion)
    table = Table(*counts, np.ones(2, dtype=np.bool_), state, since, shift, wait, np.array(cluster), varies)
    found, _ = scores("d", ["own", "rest"], HOUR, HOUR, table, KPIS, Grid([HOUR], 10_000))
    return {c.kpi: (c.numerator, c.denominator, c.value, c.rest, c.low, c.high, c.index) for c in found.cells}


def test_what_is_shown_is_in_units() -> None:
    own = totals(
        orders_order_value=90_500,
        orders_order_valued=2,
        orders_value=90_500,
        spend_value=50_000,
        feedback_nps_promoters=3,
        feedback_nps_detractors=4,
        feedback_nps_valued=10,
        leads_won=1,
        leads_created=4,
    )
    rest = totals(
        orders_order_value=40_000,
        orders_order_valued=1,
        orders_value=40_000,
        spend_value=10_000,
        feedback_nps_promoters=5,
        feedback_nps_valued=10,
    )
    found = cells(own, rest, [1.0, 40_000.0, 1.0, nan, nan])
    assert str(found["won"][:3]) == "(1, 4, 0.25)", "a count is a whole number"
    assert found["basket"][:4] == (90.5, 2, 45.25, 40.0)
    assert found["nps"][:4] == (-1, 10, -10.0, 50.0)
    assert found["nps"][4:] == (None, None, None), "it is not tested, and below 0 there is no index"
    assert found["romi"][:4] == (40.5, 50.0, 0.81, 3.0)
    assert found["romi"][6] == pytest.approx(27.0)


def test_the_interval_is_as_wide_as_values_are_uneven() -> None:
    """With four times the variance, twice as wide."""
    own = totals(orders_order_value=4_000_000, orders_order_valued=100)
    rest = totals(orders_order_value=40_000_000, orders_order_valued=1_000)
    widths = []
    for dispersion in (1.0, 4.0):
        cluster = [1.0, 40_000.0 * dispersion, 1.0, nan, nan]
        _, _, value, _, low, high, _ = cells(own, rest, cluster, dispersion)["basket"]
        assert value == 40
        assert low is not None
        assert high is not None
        assert low < 40 < high
        widths.append(high - low)
    assert widths[1] / widths[0] == pytest.approx(2, rel=0.02)


SEGMENTS, BOARDS = 20, 8


def orders(
    seed: int, days: int, orders_a_day: float, sigma: float, factor: float = 1.0, since: float = 1e9
) -> Iterator[Look]:
    """Hits as `Quantities` makes them of lognormal values; segment 0's are `factor` as large from day `since` on."""
    random = np.random.default_rng(seed)
    for number in range(days * DAY // HOUR):
        count = random.poisson(orders_a_day * HOUR / DAY, SEGMENTS)
        trials = random.poisson(20 * orders_a_day * HOUR / DAY, SEGMENTS)
        sizes = [random.lognormal(-(sigma**2) / 2, sigma, n).sum() for n in count]
        if number * HOUR / DAY >= since:
            sizes[0] *= factor
        value = np.array(sizes)[:, None]
        yield Look(START + (number + 1) * HOUR, Trials(value, trials.astype(float)[:, None]))


@pytest.mark.parametrize("sigma", [0.5, 1.0])
def test_uneven_values_raise_no_more_alarms_than_are_budgeted(sigma: float) -> None:
    arl, days = 100.0, 60  # days of one series until it fires by chance
    boards = [watch(orders(seed, days, 60, sigma), SEGMENTS, arl, binomial=False, mean=True) for seed in range(BOARDS)]
    fired = sum(len(alarms(found)) for found in boards)
    due = BOARDS * SEGMENTS * days / arl
    assert fired < due + 3 * due**0.5
    assert sum(any(each.level.any() for each in found) for found in boards) <= 2, "one in twenty may err"


def test_half_as_much_again_is_found() -> None:
    for seed in range(5):
        found = watch(orders(seed, 45, 100, 1.0, 1.5, since=30), SEGMENTS, 1000, binomial=False, mean=True)
        assert (0, 1) in {(row, side) for _, row, side in alarms(found)}


def test_a_mean_that_is_lastingly_half_as_much_again_is_surely_above() -> None:
    *_, last = watch(orders(3, 30, 100, 1.0, 1.5, since=0), SEGMENTS, 1000, binomial=False, mean=True)
    assert last.level[:, 0].tolist() == [1, *[0] * (SEGMENTS - 1)]
    assert last.low[0, 0] < 1.5 < last.high[0, 0]
    assert last.ratio[0, 0] == pytest.approx(1.5, rel=0.1)


def test_units() -> None:
    units = Units.of(KPIS)
    assert units.numerator.tolist() == [1, 1000, 1000, 1, 1000]
    assert units.denominator.tolist() == [1, 1, 1, 1, 1000]
    assert units.value.tolist() == [1, 0.001, 0.001, 100, 1]
    assert units.mean.tolist() == [False, True, True, False, False]
    assert units.tested.tolist() == [True, True, True, False, False]
