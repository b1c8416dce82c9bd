"""Order and sides from one period to the next, against scipy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from streams.events.columns import Floats
from streams.quality.stability import Stability, stability

BEFORE = [80.0, 95.0, 100.5, 120.0, 140.0]
NOW = [70.0, 105.0, 103.0, 99.0, 150.0]


def column(values: list[float]) -> Floats:
    return np.array(values)[:, None]


def of(before: list[float], now: list[float], trials: list[int] | None = None) -> Stability:
    many = np.full((len(before), 1), 500)
    return stability(column(before), many if trials is None else np.array(trials)[:, None], column(now), many, 100)


def test_by_hand_and_scipy() -> None:
    found = of(BEFORE, NOW)
    assert found.kept[0] == pytest.approx(3 / 5)
    assert found.rank[0] == pytest.approx(stats.spearmanr(BEFORE, NOW).statistic)
    assert found.segments[0] == 5


def test_segments_with_too_few_trials_do_not_count() -> None:
    assert of(BEFORE, NOW, [500, 99, 500, 500, 500]).segments[0] == 4
    few = of(BEFORE, NOW, [500, 99, 99, 500, 500])
    assert np.isnan([few.rank[0], few.kept[0]]).all()
    assert of([*BEFORE, np.nan], [*NOW, 100.0]).segments[0] == 5


def test_all_alike_have_no_order() -> None:
    found = of([100.0] * 5, NOW)
    assert np.isnan(found.rank[0])
    assert found.kept[0] == 0


@given(st.permutations(range(5)))
def test_order_of_segments_makes_no_difference(order: list[int]) -> None:
    found = of([BEFORE[i] for i in order], [NOW[i] for i in order])
    assert found.rank[0] == pytest.approx(of(BEFORE, NOW).rank[0])
    assert found.kept[0] == of(BEFORE, NOW).kept[0]


@given(st.lists(st.tuples(st.floats(1, 300), st.floats(1, 300)), min_size=4, max_size=9))
def test_back_and_forth_are_the_same(pairs: list[tuple[float, float]]) -> None:
    before, now = map(list, zip(*pairs, strict=True))
    np.testing.assert_allclose(of(before, now).rank, of(now, before).rank)
    np.testing.assert_array_equal(of(before, now).kept, of(now, before).kept)
