"""The test against the rest is Pearson's on one day, keeps its level over a season, and Holm's procedure is his."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from streams.quality import difference as module
from streams.quality.difference import difference, holm
from streams.quality.homogeneity import Days
from tests.quality.made import BOTH, drawn

TWO = np.ones(2, dtype=np.bool_)
ALIKE = np.ones((2, 2))


def test_one_day_is_pearsons_test() -> None:
    x, n = np.array([30, 60]), np.array([200, 250])
    hits, trials = np.stack([x, x], axis=-1)[None], np.stack([n, n], axis=-1)[None]
    found = difference(Days(hits, trials, TWO, BOTH), ALIKE)
    pearson = stats.chi2_contingency(np.stack([x, n - x]), correction=False)
    assert found.p_value[:, 0] == pytest.approx([pearson.pvalue] * 2)
    counted = stats.chisquare(x, n * 90 / 450)
    assert found.z[:, 1] ** 2 == pytest.approx([counted.statistic] * 2)
    assert found.z[0, 0] < 0 < found.z[1, 0]


def test_level_over_a_season() -> None:
    """Nothing is there to find, and shares of the traffic move with the season: 5 % of tests below 5 %."""
    boards = [drawn([0.2] * 5, [40, 80, 20, 60, 100], 20, seed, season=0.5) for seed in range(200)]
    p = np.array([difference(days, np.ones((5, 2))).p_value for days in boards])
    assert (p < 0.05).mean() == pytest.approx(0.05, abs=0.015)


def test_clusters_widen() -> None:
    days = drawn([0.1, 0.13], [300, 300], 20, seed=1)
    plain, wide = (difference(days, phi * ALIKE).z for phi in (1.0, 4.0))
    np.testing.assert_allclose(wide, plain / 2)
    np.testing.assert_array_equal(difference(days, np.nan * ALIKE).z, plain)


def test_too_few_hits_are_due() -> None:
    hits, trials = np.array([[[4, 4], [0, 0]]]), np.array([[[500, 500], [500, 500]]])
    assert np.isnan(difference(Days(hits, trials, TWO, BOTH), ALIKE).z).all()


def test_holms_example() -> None:
    assert doctest.testmod(module).failed == 0
    assert holm(np.array([0.01, 0.005, 0.03, 0.04])) == pytest.approx([0.03, 0.02, 0.06, 0.06])


@given(st.lists(st.floats(1e-9, 1), min_size=1, max_size=20))
def test_holm_lies_between_the_plain_value_and_bonferronis(values: list[float]) -> None:
    p = np.array(values)
    corrected = holm(p)
    assert (corrected >= p).all()
    assert (corrected <= np.minimum(len(p) * p, 1) + 1e-15).all()
    assert holm(p[::-1])[::-1] == pytest.approx(corrected)
