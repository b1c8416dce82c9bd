"""The states of series and cells: cases by hand, and what must be alike."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.messages import STATES, State
from streams.scoring import baseline, states
from streams.scoring.baseline import Counts
from streams.scoring.evidence.series import Found
from streams.settings import Scoring
from tests.scoring.found import found

Ints = npt.NDArray[np.int64]
RULE = Scoring(min_effect=0.10, min_trials=100)
NEVER = np.zeros((1, 1), dtype=np.bool_)
UP, DOWN = np.array([1]), np.array([-1])


def series(
    evidence: Found, before: State = "par", candidate: bool = False, silent: bool = False, good: Ints = UP
) -> State:
    was = np.array([[STATES.index(before)]], dtype=np.int8)
    state = states.of_series(was, evidence, NEVER | silent, NEVER | candidate, good, RULE)
    return STATES[int(state[0, 0])]


@pytest.mark.parametrize(
    ("evidence", "before", "expected"),
    [
        pytest.param(found(), "par", "par", id="nothing"),
        pytest.param(found(), "learning", "par", id="enough by now"),
        pytest.param(found(shift=-1), "par", "under", id="shift"),
        pytest.param(found(shift=1, level=-1, ratio=0.7), "under", "over", id="a shift says more than the level"),
        pytest.param(found(level=1, ratio=1.12), "par", "over", id="level"),
        pytest.param(found(level=1, ratio=1.08), "par", "par", id="sure, and too small to be named"),
        pytest.param(found(e_value=9.0, ratio=1.08), "over", "over", id="smaller, less sure, and still named"),
        pytest.param(found(e_value=9.0, ratio=1.04), "over", "par", id="too small by now"),
        pytest.param(found(e_value=9.0, ratio=1.08), "under", "par", id="the other side is to be named anew"),
        pytest.param(found(e_value=2.9, ratio=1.5), "over", "par", id="large, and no longer sure"),
        pytest.param(found(level=1, ratio=0.7), "par", "par", id="evidence that contradicts itself"),
        pytest.param(found(strength=-2.9), "par", "watch", id="nearly a shift"),
        pytest.param(found(strength=-3.1), "watch", "par", id="no longer nearly"),
        pytest.param(found(strength=-2.9, level=-1, ratio=0.5), "par", "under", id="more than watched"),
    ],
)
def test_series(evidence: Found, before: State, expected: State) -> None:
    assert series(evidence, before) == expected


def test_candidates_are_watched_and_silence_stands_before_all() -> None:
    assert series(found(), candidate=True) == "watch"
    assert series(found(shift=1), candidate=True) == "over"
    assert series(found(shift=1), silent=True) == "silent"


def cell(stands: State, own: tuple[int, int], rest: tuple[int, int], evidence: Found, good: Ints = UP) -> State:
    counts = Counts(*(np.array([[[figure]]]) for figure in (*own, *rest)))
    before, least = np.array([[STATES.index(stands)]], dtype=np.int8), np.array([RULE.min_trials])
    state = states.of_cells(before, evidence, counts, good, least)
    return STATES[int(state[0, 0, 0])]


@pytest.mark.parametrize(
    ("stands", "own", "rest", "expected"),
    [
        ("over", (60, 100), (400, 1000), "over"),
        ("over", (40, 100), (400, 1000), "par"),
        ("over", (39, 100), (400, 1000), "par"),
        ("under", (39, 100), (400, 1000), "under"),
        ("under", (20, 99), (400, 1000), "learning"),
        ("under", (20, 100), (40, 99), "learning"),
        ("watch", (60, 100), (400, 1000), "watch"),
        ("par", (60, 100), (400, 1000), "par"),
        ("silent", (0, 0), (400, 1000), "silent"),
        ("learning", (60, 100), (400, 1000), "learning"),
    ],
)
def test_cells(stands: State, own: tuple[int, int], rest: tuple[int, int], expected: State) -> None:
    assert cell(stands, own, rest, found()) == expected


def test_a_shift_is_from_what_is_usual_not_from_the_rest() -> None:
    """One that is usually half as good again, and now only a little better."""
    assert cell("under", (45, 100), (400, 1000), found(shift=-1, usual=1.5)) == "under"
    assert cell("under", (65, 100), (400, 1000), found(shift=-1, usual=1.5)) == "par", "a window from before"


@pytest.mark.parametrize(
    ("stands", "own", "good", "expected"),
    [
        ("under", (10_000, 100), DOWN, True),
        ("over", (39, 100), UP, True),
        ("over", (38, 100), UP, False),
        ("under", (41, 100), UP, True),
        ("under", (42, 100), UP, False),
        ("under", (39, 100), DOWN, True),
        ("under", (38, 100), DOWN, False),
    ],
)
def test_a_window_bears_what_is_called_while_it_is_not_clearly_on_the_other_side(
    stands: State, own: tuple[int, int], good: Ints, expected: bool
) -> None:
    """Of a rest with 40 %."""
    counts = Counts(*(np.array([figure]) for figure in (*own, 400, 1000)))
    state = np.array([STATES.index(stands)], dtype=np.int8)
    assert states.bears(state, counts, good, 0.05).tolist() == [expected]


MIRRORED: dict[State, State] = {"over": "under", "under": "over"}
SIDES = st.sampled_from([-1, 0, 1])


evidences = st.builds(found, shift=SIDES, level=SIDES, ratio=st.floats(0.1, 3), e_value=st.floats(-3, 9))


@given(evidences, st.sampled_from(STATES), st.booleans(), st.tuples(*[st.integers(0, 999)] * 4))
def test_swapping_good_and_bad_mirrors_the_states(
    evidence: Found, before: State, candidate: bool, counted: tuple[int, int, int, int]
) -> None:
    up = series(evidence, before, candidate)
    down = series(evidence, MIRRORED.get(before, before), candidate, good=DOWN)
    assert down == MIRRORED.get(up, up)
    shown = cell(up, counted[:2], counted[2:], evidence)
    assert cell(down, counted[:2], counted[2:], evidence, good=DOWN) == MIRRORED.get(shown, shown)


segments = st.lists(st.tuples(st.integers(0, 100), st.booleans(), st.booleans()), min_size=1, max_size=6)


@given(segments)
def test_the_rest_is_all_known_others_that_do_not_fire_unless_they_are_most(each: list[tuple[int, bool, bool]]) -> None:
    trials, eligible, firing = (np.array(column) for column in zip(*each, strict=True))
    spared = baseline.can_spare(trials[:, None], eligible, firing[:, None])
    rest = baseline.rest(trials[:, None], eligible, firing[:, None], spared)[:, 0].tolist()
    for i, found_ in enumerate(rest):
        others = [n for j, (n, known, _) in enumerate(each) if known and j != i]
        calm = [n for j, (n, known, fires) in enumerate(each) if known and not fires and j != i]
        assert found_ == sum(calm if 2 * sum(calm) >= sum(others) else others)
