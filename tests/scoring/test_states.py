"""Evidence and states: known cases, and what must be alike."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.messages import STATES
from streams.scoring import states
from streams.scoring.baseline import rest
from streams.scoring.evidence import Evidence, evidence
from streams.scoring.silence import silent
from streams.settings import Scoring

Ints = npt.NDArray[np.int64]
NOT_SILENT = np.zeros((1, 1, 1), dtype=np.bool_)


def cell(value: int) -> Ints:
    return np.array([[[value]]], dtype=np.int64)


def proof(x: int, n: int, other_x: int, other_n: int, good: int = 1, binomial: bool = True) -> Evidence:
    return evidence(
        cell(x), cell(n), cell(other_x), cell(other_n), np.array([binomial]), np.array([good], dtype=np.int64)
    )


def state(x: int, n: int, other_x: int, other_n: int, before: int = states.PAR, good: int = 1) -> str:
    found = proof(x, n, other_x, other_n, good)
    was = np.array([[[before]]], dtype=np.int8)
    return STATES[int(states.step(was, found, cell(n), cell(other_n), NOT_SILENT, Scoring())[0, 0, 0])]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        pytest.param((25, 74, 2279, 5497), "learning", id="X-Education's Tier II: too few to call"),
        pytest.param((15, 493, 827, 7507), "under", id="Olist's email"),
        pytest.param((75, 1350, 767, 6650), "under", id="Olist's social"),
        pytest.param((1799, 9563, 7595, 54437), "over", id="Hillstrom's Rural"),
        pytest.param((18, 99, 140, 1000), "learning", id="Rural's rate on one trial too few"),
        pytest.param((50, 100, 30, 99), "learning", id="the rest is too small"),
        pytest.param((0, 0, 0, 0), "learning", id="nothing at all"),
        pytest.param((0, 1000, 0, 1000), "par", id="no successes anywhere"),
        pytest.param((1000, 1000, 1000, 1000), "par", id="nothing but successes"),
        pytest.param((51_000, 100_000, 490_000, 1_000_000), "par", id="sure, and too small to matter"),
    ],
)
def test_cases(counts: tuple[int, int, int, int], expected: str) -> None:
    assert state(*counts) == expected


def test_by_hand() -> None:
    # 60 of 100 against 40 of 100: pooled 0.5, standard error sqrt(0.25 · 0.02), 0.2 / 0.0707 = 2.83; half as much again
    found = proof(60, 100, 40, 100)
    assert found.errors[0, 0, 0] == pytest.approx(2.8284, abs=1e-4)
    assert found.effect[0, 0, 0] == pytest.approx(0.5)
    # Poisson, 120 in 100 against 80 in 100: pooled 1.0, sqrt(1 · 0.02), 0.4 / 0.1414
    assert proof(120, 100, 80, 100, binomial=False).errors[0, 0, 0] == pytest.approx(2.8284, abs=1e-4)


def test_harder_to_enter_than_to_stay() -> None:
    in_between = (60, 100, 400, 1000)  # 3.9 standard errors: above `leave`, below `enter`
    assert state(*in_between, before=states.PAR) == "par"
    assert state(*in_between, before=states.OVER) == "over"
    assert state(*in_between, before=states.UNDER) == "par"


counts = st.tuples(st.integers(0, 500), st.integers(0, 500), st.integers(0, 500), st.integers(0, 500)).map(
    lambda c: (c[0], c[0] + c[1], c[2], c[2] + c[3])
)
MIRRORED = {"over": "under", "under": "over"}


@given(counts, st.sampled_from([states.PAR, states.OVER, states.UNDER]))
def test_what_is_good_decides_the_side(four: tuple[int, int, int, int], before: int) -> None:
    up = state(*four, before=before)
    flipped = {states.OVER: states.UNDER, states.UNDER: states.OVER}.get(before, before)
    assert state(*four, before=flipped, good=-1) == MIRRORED.get(up, up)


@given(counts)
def test_the_rest_sees_the_segment_from_the_other_side(four: tuple[int, int, int, int]) -> None:
    x, n, other_x, other_n = four
    assert proof(x, n, other_x, other_n).errors == pytest.approx(-proof(other_x, other_n, x, n).errors)


@given(st.lists(st.integers(0, 100), min_size=1, max_size=6), st.data())
def test_the_rest_is_all_known_others(totals: list[int], data: st.DataObject) -> None:
    known = data.draw(st.lists(st.booleans(), min_size=len(totals), max_size=len(totals)))
    found = rest(np.array(totals).reshape(1, -1, 1), np.array(known))[0, :, 0].tolist()
    for i, each in enumerate(found):
        assert each == sum(n for j, n in enumerate(totals) if known[j] and j != i)


def test_silence_needs_enough_that_was_due() -> None:
    # Window 0 is the newest, window 1 the longest: a has a tenth of all, b the rest.
    usual, due = [100, 900], [0, 300]
    trials = np.array([due, usual], dtype=np.int64).reshape(2, 2, 1)
    never = np.zeros(trials.shape, dtype=np.bool_)
    assert silent(trials, never, 1, 30.0)[:, :, 0].tolist() == [[True, False], [False, False]]
    assert not silent(trials, never, 1, 30.1).any()
    assert not silent(np.zeros_like(trials), never, 1, 0.1).any()


def test_silent_stands_before_all() -> None:
    was = np.array([[[states.OVER]]], dtype=np.int8)
    found = states.step(was, proof(0, 0, 5, 10), cell(0), cell(10), ~NOT_SILENT, Scoring())
    assert found[0, 0, 0] == states.SILENT


def test_silence_ends_when_something_comes_not_when_less_is_due() -> None:
    less_due = np.array([[0, 20], [100, 900]], dtype=np.int64).reshape(2, 2, 1)
    before = np.array([[True, False], [False, False]]).reshape(2, 2, 1)
    assert silent(less_due, before, 1, 30.0)[:, :, 0].tolist() == [[True, False], [False, False]]
    something_came = np.array([[1, 300], [100, 900]], dtype=np.int64).reshape(2, 2, 1)
    assert not silent(something_came, before, 1, 30.0).any()
