"""What is shown of an alert and of a cell."""

from __future__ import annotations

import math

import numpy as np
import pytest

from streams.messages import State
from streams.panes.levels import Grid
from streams.scoring.alerts import Facts, alert
from streams.scoring.shown import Table, scores
from streams.settings import Kpi

FACTS = Facts("tier", "2", "win", "1h", 30, 100, 400, 1000, True, "ratio")


def test_a_fingerprint_is_of_segment_kpi_and_state() -> None:
    fired, resolved = alert("firing", "under", 10, 5, FACTS), alert("resolved", "under", 99, 5, FACTS)
    assert (
        fired.fingerprint
        == resolved.fingerprint
        == alert("firing", "under", 11, 6, FACTS._replace(window="24h")).fingerprint
    )
    others: list[tuple[State, Facts]] = [
        ("over", FACTS),
        ("under", FACTS._replace(kpi="lose")),
        ("under", FACTS._replace(value="3")),
        ("under", FACTS._replace(dimension="tier2", value="")),
    ]
    assert fired.fingerprint not in {alert("firing", state, 10, 5, facts).fingerprint for state, facts in others}


def test_figures_and_sentence() -> None:
    found = alert("firing", "under", 10, 5, FACTS)
    assert (found.actual, found.rest) == (0.3, 0.4)
    assert found.index == pytest.approx(75.0)
    assert found.summary == (
        "tier:2 is under on win: 30% against 40% for the rest, 25% below (30 of 100 in the last 1h)"
    )
    per_session = FACTS._replace(unit="per session", numerator=150)
    assert alert("firing", "over", 10, 5, per_session).summary == (
        "tier:2 is over on win: 1.5 per session against 0.4 per session for the rest, 275% above"
        " (150 on 100 in the last 1h)"
    )
    assert alert("firing", "over", 10, 5, FACTS._replace(up_is_good=False)).index == pytest.approx(400 / 3)
    assert alert("resolved", "under", 10, 5, FACTS).summary == "tier:2 is no longer under on win"


def test_none_of_what_is_bad_is_not_the_worst() -> None:
    assert alert("firing", "over", 10, 5, FACTS._replace(numerator=0, up_is_good=False)).index is None
    assert alert("firing", "under", 10, 5, FACTS._replace(numerator=0)).index == 0


@pytest.mark.parametrize(
    "facts",
    [
        FACTS._replace(numerator=0, up_is_good=False),
        FACTS._replace(denominator=0, numerator=0),
        FACTS._replace(rest_numerator=0),
        FACTS._replace(rest_denominator=0, rest_numerator=0),
    ],
)
def test_no_count_is_too_small_for_a_sentence(facts: Facts) -> None:
    found = alert("firing", "silent" if not facts.denominator else "under", 10, 5, facts)
    assert found.summary.startswith("tier:2 ")
    assert found.index is None or math.isfinite(found.index)


def test_mirrored_for_a_kpi_of_which_less_is_better() -> None:
    kpis = {
        good: Kpi(numerator=("a",), denominator=("b",), unit="ratio", model="binomial", good=good)
        for good in ("up", "down")
    }
    both = np.array([[[30, 30], [50, 50]]])
    table = Table(both, both * 0 + 100, both[:, ::-1], both * 0 + 100, np.ones(2, dtype=np.bool_), both * 0, both * 0)
    (low, _) = scores("d", ["low", "high"], 3_600_000, 3_600_000, table, kpis, Grid([3_600_000], 10_000))
    up, down = low.cells
    assert (up.numerator, up.value, up.rest, up.start, up.end) == (30, 0.3, 0.5, 0, 3_600_000)
    assert up.index is not None
    assert down.index is not None
    assert up.index * down.index == pytest.approx(10_000)
    assert up.index < 100 < down.index
    assert up.probability_better is not None
    assert down.probability_better == pytest.approx(1 - up.probability_better)
    assert (up.shrunk, up.low, up.high) == (down.shrunk, down.low, down.high)


def test_no_figure_is_made_up() -> None:
    kpis = {"k": Kpi(numerator=("a",), denominator=("b",), unit="ratio", model="binomial")}
    nothing = np.zeros((1, 1, 1), dtype=np.int64)
    table = Table(nothing, nothing, nothing, nothing, np.ones(1, dtype=np.bool_), nothing.astype(np.int8), nothing)
    (alone,) = scores("d", ["alone"], 3_600_000, 3_600_000, table, kpis, Grid([3_600_000], 10_000))
    (cell,) = alone.cells
    assert [cell.value, cell.rest, cell.shrunk, cell.low, cell.high, cell.index, cell.probability_better] == [None] * 7


def test_of_no_trials_there_is_no_index() -> None:
    kpis = {"k": Kpi(numerator=("a",), denominator=("b",), unit="ratio", model="binomial")}
    column = np.array([[[0], [5]]], dtype=np.int64)
    trials = np.array([[[0], [10]]], dtype=np.int64)
    known = np.ones(2, dtype=np.bool_)
    table = Table(column, trials, column[:, ::-1], trials[:, ::-1], known, column.astype(np.int8) * 0, column)
    none, _ = scores("d", ["none", "some"], 3_600_000, 3_600_000, table, kpis, Grid([3_600_000], 10_000))
    assert none.cells[0].value is None
    assert none.cells[0].index is None
