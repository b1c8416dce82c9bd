"""Over-dispersion of days: 1 of independent hits whatever the season, and by hand on a small table."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.quality.homogeneity import Days, within
from tests.quality.made import BOTH, drawn

KNOWN = np.ones(4, dtype=np.bool_)
RATES, SIZES = [0.1, 0.2, 0.3, 0.1], [400, 300, 500, 300]


def test_independent_hits_in_a_season() -> None:
    days = drawn(RATES, SIZES, 400, seed=1, season=0.8)
    found = within(days)
    assert found.dispersion == pytest.approx(np.ones((4, 2)), abs=0.25)
    rest = [sum(r * n for r, n in zip(RATES, SIZES, strict=True)) - r * n for r, n in zip(RATES, SIZES, strict=True)]
    ratios = [r * (1500 - n) / own for r, n, own in zip(RATES, SIZES, rest, strict=True)]
    assert found.ratio == pytest.approx(np.array([ratios, ratios]).T, rel=0.05)


def test_hits_that_come_four_at_a_time() -> None:
    days = drawn(RATES, SIZES, 300, seed=2)
    hits = days.hits.copy()
    hits[:, 0, 1] = 4 * np.random.default_rng(3).poisson(days.trials[:, 0, 1] * 0.1 / 4)
    found = within(days._replace(hits=hits))
    assert found.dispersion[0, 1] == pytest.approx(4 * 0.9, abs=0.8)  # the rest, a tenth of the noise, has no clusters


def test_one_restless_segment_makes_no_other_so() -> None:
    days = drawn([0.1, 0.3, 0.2, 0.3], [300] * 4, 60, seed=6)
    hits = days.hits.copy()
    hits[::5, 3] = days.trials[::5, 3] * 9 // 10
    found = within(days._replace(hits=hits)).dispersion
    assert (found[3] > 10).all()
    assert (found[:3] < 1.6).all()


def test_by_hand() -> None:
    """Two segments, equal trials: a day's residual is x - m/2, its variance m/4 of counted hits."""
    mine, yours = [12, 8, 10, 14, 6, 10, 10], [8, 12, 10, 6, 14, 10, 10]
    hits = np.array([mine, yours]).T[:, :, None]
    found = within(Days(hits, np.full((7, 2, 1), 100), KNOWN[:2], np.array([False])))
    assert found.ratio == pytest.approx(np.ones((2, 1)))
    assert found.dispersion == pytest.approx(np.full((2, 1), (4 + 4 + 16 + 16) / 5 / 6))


def test_no_hits_are_a_ratio_of_none() -> None:
    found = within(drawn([0.2, 0.2, 0.0], [300] * 3, 10, seed=7))
    assert found.ratio[2].tolist() == [0, 0]
    assert np.isnan(found.dispersion[2]).all()
    assert np.isnan(within(drawn([0.2, 0.0], [300] * 2, 10, seed=7)).ratio[0]).all(), "beside none there is no ratio"


def test_too_few_days() -> None:
    days = drawn(RATES, SIZES, 6, seed=4)
    assert np.isnan(within(days).dispersion).all()


def test_the_unknown_are_no_rest() -> None:
    days = drawn(RATES, SIZES, 30, seed=5)
    known = np.array([True, True, True, False])
    without = within(Days(days.hits[:, :3], days.trials[:, :3], known[:3], BOTH))
    np.testing.assert_allclose(within(days._replace(known=known)).dispersion[:3], without.dispersion)


@given(st.permutations(range(4)), st.integers(0, 50))
def test_order_of_segments_and_of_days_makes_no_difference(order: list[int], seed: int) -> None:
    days = drawn(RATES, [20, 5, 60, 40], 12, seed)
    some = within(days)
    other = within(Days(days.hits[::-1, order], days.trials[::-1, order], KNOWN, BOTH))
    np.testing.assert_allclose(some.dispersion[order], other.dispersion, rtol=1e-6)
