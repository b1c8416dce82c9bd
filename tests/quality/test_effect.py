"""Mix and rate add up to the change of the whole, exactly; and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.events.columns import Ints
from streams.quality.effect import effect


def column(*values: int) -> Ints:
    return np.array(values)[:, None]


def test_by_hand() -> None:
    """Shares go from half and half to a quarter and three; the first one's rate from 10 to 20 %, the other's stays."""
    found = effect(column(10, 20), column(100, 100), column(10, 30), column(50, 150))
    assert found.mix[:, 0] == pytest.approx([-0.25 * (0.15 - 0.175), 0.25 * (0.20 - 0.175)])
    assert found.rate[:, 0] == pytest.approx([0.375 * 0.1, 0.0])
    assert found.total.sum() == pytest.approx(40 / 200 - 30 / 200)


def test_everybody_better_is_all_rate_and_more_of_the_same_is_nothing() -> None:
    better = effect(column(10, 20), column(100, 100), column(20, 40), column(100, 100))
    assert better.mix == pytest.approx(np.zeros((2, 1)))
    more = effect(column(10, 20), column(100, 100), column(30, 60), column(300, 300))
    assert more.total == pytest.approx(np.zeros((2, 1)))


def test_one_that_comes_new_is_all_mix() -> None:
    found = effect(column(10, 0), column(100, 0), column(10, 40), column(100, 100))
    assert found.rate == pytest.approx(np.zeros((2, 1)))
    assert found.total.sum() == pytest.approx(50 / 200 - 10 / 100)


def test_a_period_without_trials() -> None:
    assert np.isnan(effect(column(0, 0), column(0, 0), column(1, 2), column(9, 9)).total).all()


segments = st.lists(
    st.tuples(*[st.integers(0, 500)] * 4),
    min_size=1,
    max_size=8,
)


def periods(drawn: list[tuple[int, int, int, int]]) -> tuple[Ints, Ints, Ints, Ints]:
    """Hits (none without trials) and trials before, hits and trials now."""
    n0, x0, n1, x1 = (column(*each) for each in zip(*drawn, strict=True))
    return np.where(n0 > 0, x0, 0), n0, np.where(n1 > 0, x1, 0), n1


@given(segments)
def test_adds_up_to_the_whole(drawn: list[tuple[int, int, int, int]]) -> None:
    x0, n0, x1, n1 = periods(drawn)
    if not n0.sum() or not n1.sum():
        return
    whole = x1.sum() / n1.sum() - x0.sum() / n0.sum()
    assert effect(x0, n0, x1, n1).total.sum() == pytest.approx(whole, rel=1e-9, abs=1e-9)


@given(segments)
def test_backward_differs_in_the_sign_alone(drawn: list[tuple[int, int, int, int]]) -> None:
    x0, n0, x1, n1 = periods(drawn)
    forward, backward = effect(x0, n0, x1, n1), effect(x1, n1, x0, n0)
    np.testing.assert_allclose(forward.mix, -backward.mix, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(forward.rate, -backward.rate, rtol=1e-9, atol=1e-12)


@given(segments, st.integers(2, 50))
def test_scale_makes_no_difference(drawn: list[tuple[int, int, int, int]], times: int) -> None:
    x0, n0, x1, n1 = periods(drawn)
    some, more = effect(x0, n0, x1, n1), effect(times * x0, times * n0, x1, n1)
    np.testing.assert_allclose(some.total, more.total, rtol=1e-9, atol=1e-12)
