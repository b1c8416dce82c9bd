"""What is shown of an alert and of a cell."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from streams.messages import STATES, Kind
from streams.panes.levels import Grid
from streams.scoring.alerts import Facts, Weight, fired, resolved
from streams.scoring.shown import Table, scores
from streams.settings import Kpi

T0 = 1_767_225_600_000  # 2026-01-01
FACTS = Facts(
    kind="shift",
    state="under",
    dimension="tier",
    value="2",
    kpi="win",
    window="1h",
    since=T0,
    numerator=30,
    denominator=100,
    rest_numerator=400,
    rest_denominator=1000,
)
WEIGHT = Weight(change=-0.25, evidence=0.1, impact=-10.4, chance=55.6, expected=0.0, also=["lose over"])


def test_a_fingerprint_is_of_segment_kpi_kind_and_state() -> None:
    begins, ends = fired(10, FACTS, WEIGHT), resolved(99, replace(FACTS, window="24h", since=6), "over")
    assert begins.fingerprint == ends.fingerprint
    others = [
        replace(FACTS, state="over"),
        replace(FACTS, kind="level"),
        replace(FACTS, kpi="lose"),
        replace(FACTS, value="3"),
        replace(FACTS, dimension="tier2", value=""),
    ]
    assert begins.fingerprint not in {fired(10, facts, WEIGHT).fingerprint for facts in others}


def test_figures() -> None:
    found = fired(10, FACTS, WEIGHT)
    assert (found.actual, found.rest, found.change, found.impact, found.also) == (0.3, 0.4, -0.25, -10.4, ["lose over"])
    assert found.index == pytest.approx(75.0)
    assert fired(10, replace(FACTS, up_is_good=False), WEIGHT).index == pytest.approx(400 / 3)
    over = resolved(99, FACTS, "back to its usual")
    assert (over.change, over.evidence, over.impact, over.also, over.reason) == (None,) * 3 + ([], "back to its usual")


@pytest.mark.parametrize(
    ("facts", "weight", "sentence"),
    [
        (
            FACTS,
            WEIGHT,
            "tier:2 is under on win since 2026-01-01 00:00 UTC: 25% below its own usual, 30% against 40% for the rest"
            " (30 of 100 in the last 1h, in part from before); about 10 fewer conversions an hour; chance alone calls"
            " like this about once in 56 days",
        ),
        (
            replace(FACTS, since=T0 - 3_600_000, counted=("clicks", "downloads", "leads won")),
            WEIGHT,
            "tier:2 is under on win since 2025-12-31 23:00 UTC: 25% below its own usual, 30% against 40% for the rest"
            " (30 of 100 in the last 1h); about 10 fewer clicks, downloads and leads won an hour; chance alone calls"
            " like this about once in 56 days",
        ),
        (
            replace(FACTS, unit="per session", numerator=150, state="over", kind="level"),
            WEIGHT._replace(change=2.75, impact=0.25, low=2.5, high=4.6),
            "tier:2 is over on win: 275% above the rest, 1.5 per session against 0.4 per session for the rest (150 on"
            " 100 in the last 1h); about 6 more conversions a day; 250% to 460% of the rest's, with 95% certainty over"
            " all of tier, however often one looks",
        ),
        (
            replace(FACTS, kind="silent", state="silent", numerator=0, denominator=0),
            WEIGHT._replace(expected=41.2, impact=-5.0, chance=1e6),
            "tier:2 has fallen silent on win since 2026-01-01 00:00 UTC: of 41 cases that were due, hardly any came;"
            " about 5 fewer conversions an hour; chance alone calls like this about once in more than 100 years",
        ),
    ],
)
def test_one_sentence(facts: Facts, weight: Weight, sentence: str) -> None:
    assert fired(T0, facts, weight).summary == sentence


def test_the_end_says_why() -> None:
    assert resolved(9, FACTS, "back to its usual").summary == "tier:2 is no longer under on win: back to its usual"


def test_none_of_what_is_bad_is_not_the_worst() -> None:
    assert fired(10, replace(FACTS, numerator=0, up_is_good=False), WEIGHT).index is None
    assert fired(10, replace(FACTS, numerator=0), WEIGHT).index == 0


@pytest.mark.parametrize(
    "facts",
    [
        replace(FACTS, numerator=0, up_is_good=False),
        replace(FACTS, denominator=0, numerator=0),
        replace(FACTS, rest_numerator=0),
        replace(FACTS, rest_denominator=0, rest_numerator=0),
    ],
)
@pytest.mark.parametrize("kind", ["level", "shift", "silent"])
def test_no_count_is_too_small_for_a_sentence(facts: Facts, kind: Kind) -> None:
    found = fired(10, replace(facts, kind=kind), WEIGHT._replace(change=math.inf, impact=math.nan))
    assert found.summary.startswith("tier:2 ")
    assert (found.change, found.impact) == (None, None)
    assert found.index is None or math.isfinite(found.index)


def test_a_sum_is_said_in_its_unit() -> None:
    facts = replace(
        FACTS,
        kpi="revenue_per_session",
        numerator=4_210.5,
        rest_numerator=60_000.0,
        rest_denominator=1_000,
        unit="EUR per session",
        piece=120.0,
    )
    found = fired(T0 + 7_200_000, facts, WEIGHT._replace(impact=-10.4))
    assert (
        "42.1 EUR per session against 60 EUR per session for the rest (4,210 EUR on 100 in the last 1h)"
        in found.summary
    )
    assert "about 1,248 EUR less an hour" in found.summary, "10.4 orders of 120 EUR"
    assert found.impact == -10.4
    seldom = fired(T0 + 7_200_000, facts, WEIGHT._replace(impact=0.5)).summary
    assert "about 1,440 EUR more a day" in seldom


def test_large_figures_are_said_in_full() -> None:
    facts = replace(FACTS, numerator=105_749.6, rest_numerator=892_400.0, unit="s per session")
    assert "1,057 s per session against 892 s per session for the rest" in fired(10, facts, WEIGHT).summary


def test_a_scale_is_part_of_the_value() -> None:
    facts = replace(FACTS, scale=100.0, unit="of a hundred")
    assert (facts.actual, facts.rest) == (30.0, 40.0)
    assert facts.index == pytest.approx(75.0)


WAIT = np.array([[41.0, np.nan]] * 2)
SHIFT = np.zeros((2, 2), dtype=np.int8)
KNOWN = np.ones(2, dtype=np.bool_)
COUNTS = np.ones(2)  # what comes at once
NO_SHIFT = SHIFT[:, :1], WAIT[:, :1]


def test_mirrored_for_a_kpi_of_which_less_is_better() -> None:
    kpis = {
        good: Kpi(numerator=("a",), denominator=("b",), unit="ratio", model="binomial", good=good)
        for good in ("up", "down")
    }
    both = np.array([[[30, 30], [50, 50]]])
    table = Table(
        both, both * 0 + 100, both[:, ::-1], both * 0 + 100, KNOWN, both * 0, both * 0, SHIFT, WAIT, COUNTS, COUNTS
    )
    (low, _) = scores("d", ["low", "high"], 3_600_000, 3_600_000, table, kpis, Grid([3_600_000], 10_000))
    up, down = low.cells
    assert (up.numerator, up.value, up.rest, up.start, up.end) == (30, 0.3, 0.5, 0, 3_600_000)
    assert up.index is not None
    assert down.index is not None
    assert up.index * down.index == pytest.approx(10_000)
    assert up.index < 100 < down.index
    assert (up.needs_days, down.needs_days) == (41.0, None)
    assert up.probability_better is not None
    assert down.probability_better == pytest.approx(1 - up.probability_better)
    assert (up.shrunk, up.low, up.high) == (down.shrunk, down.low, down.high)


def test_no_figure_is_made_up() -> None:
    kpis = {"k": Kpi(numerator=("a",), denominator=("b",), unit="ratio", model="binomial")}
    none, trials = np.zeros((1, 2, 1), dtype=np.int64), np.array([[[0], [9]]])
    table = Table(none, trials, none, none, KNOWN, none.astype(np.int8), none, *NO_SHIFT, COUNTS[:1], COUNTS[:1])
    first, _ = scores("d", ["without", "with"], 3_600_000, 3_600_000, table, kpis, Grid([3_600_000], 10_000))
    (cell,) = first.cells
    assert [cell.value, cell.rest, cell.shrunk, cell.low, cell.high, cell.index, cell.probability_better] == [None] * 7


def test_of_what_nobody_has_trials_nothing_is_shown() -> None:
    names = ("none", "some", "no")
    kpis = {name: Kpi(numerator=("a",), denominator=(name,), unit="ratio", model="poisson") for name in names}
    trials = np.array([[[0, 5, 0], [0, 7, 0]]])
    table = Table(
        *(trials, trials, trials, trials, KNOWN, (trials * 0).astype(np.int8), trials),
        *(np.zeros((2, 3), dtype=np.int8), np.full((2, 3), np.nan), np.ones(3), np.ones(3)),
    )
    found = list(scores("d", ["a", "b"], 3_600_000, 3_600_000, table, kpis, Grid([3_600_000], 10_000)))
    assert [[(cell.kpi, cell.denominator) for cell in each.cells] for each in found] == [[("some", 5)], [("some", 7)]]
    nothing = table._replace(denominator=trials * 0)
    found = list(scores("d", ["a", "b"], 3_600_000, 3_600_000, nothing, kpis, Grid([3_600_000], 10_000)))
    assert [each.cells for each in found] == [[], []]


def test_of_no_trials_there_is_no_index() -> None:
    kpis = {"k": Kpi(numerator=("a",), denominator=("b",), unit="ratio", model="binomial")}
    column = np.array([[[0], [5]]], dtype=np.int64)
    trials = np.array([[[0], [10]]], dtype=np.int64)
    table = Table(
        column,
        trials,
        column[:, ::-1],
        trials[:, ::-1],
        KNOWN[:2],
        column.astype(np.int8) * 0,
        column,
        SHIFT[:, :1],
        WAIT[:, :1],
        COUNTS[:1],
        COUNTS[:1],
    )
    none, _ = scores("d", ["none", "some"], 3_600_000, 3_600_000, table, kpis, Grid([3_600_000], 10_000))
    assert none.cells[0].value is None
    assert none.cells[0].index is None


def test_what_makes_a_state() -> None:
    kpis = {"k": Kpi(numerator=("a",), denominator=("b",), unit="ratio", model="binomial")}
    state = np.array([[[STATES.index(state)] for state in ("over", "under", "silent", "watch", "par", "learning")]])
    counts = state.astype(np.int64)
    shift = np.array([[0], [-1], [0], [0], [1], [0]], dtype=np.int8)
    known = np.ones(6, dtype=np.bool_)
    nothing = np.full((6, 1), np.nan)
    table = Table(
        counts, counts, counts, counts, known, state.astype(np.int8), counts, shift, nothing, *[COUNTS[:1]] * 2
    )
    segments = scores("d", list("abcdef"), 3_600_000, 3_600_000, table, kpis, Grid([3_600_000], 10_000))
    assert [s.cells[0].kind for s in segments] == ["level", "shift", "silent", None, None, None]


def test_no_interval_of_a_share_reaches_beyond_all() -> None:
    """7 of 10 beside a rest that has won all 20."""
    kpis = {"k": Kpi(numerator=("a",), denominator=("b",), unit="ratio", model="binomial")}
    hits, trials = np.array([[[7], [20]]], dtype=np.int64), np.array([[[10], [20]]], dtype=np.int64)
    none = (hits * 0).astype(np.int8)
    table = Table(
        *(hits, trials, hits[:, ::-1], trials[:, ::-1], KNOWN[:2], none, hits * 0),
        *(SHIFT[:, :1], WAIT[:, :1], COUNTS[:1], COUNTS[:1]),
    )
    for each in scores("d", ["some", "all"], 3_600_000, 3_600_000, table, kpis, Grid([3_600_000], 10_000)):
        (cell,) = each.cells
        assert cell.low is not None
        assert cell.high is not None
        assert cell.low < (cell.value or 0) <= 1
        assert cell.high <= 1
