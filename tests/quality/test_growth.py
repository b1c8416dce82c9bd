"""The interval of a ratio: scipy's for large numbers, and it covers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import contingency

from streams.quality.growth import growth
from tests.quality.made import BOTH

CALM = np.ones((1, 2))


def pair(x: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return np.array([[x, x]])


def test_relative_risk() -> None:
    found = growth((pair(4_000), pair(20_000)), (pair(6_000), pair(24_000)), BOTH, CALM)
    risk = contingency.relative_risk(6_000, 24_000, 4_000, 20_000)
    interval = risk.confidence_interval(0.95)
    assert found.ratio[0, 0] == pytest.approx(risk.relative_risk, rel=1e-3)
    assert (found.low[0, 0], found.high[0, 0]) == pytest.approx((interval.low, interval.high), rel=1e-3)


@pytest.mark.parametrize("kpi", [0, 1])
@pytest.mark.parametrize("expected", [8, 80])
def test_interval_covers(kpi: int, expected: int) -> None:
    random = np.random.default_rng(1)
    n, size = 400, 4_000
    rate = expected / n
    before, now = (
        np.stack([random.binomial(n, p, size), random.poisson(n * p, size)], axis=-1) for p in (rate, 1.25 * rate)
    )
    trials = np.full((size, 2), n)
    found = growth((before, trials), (now, trials), BOTH, np.ones((size, 2)))
    covered = (found.low[:, kpi] <= 1.25) & (found.high[:, kpi] >= 1.25)
    assert 0.94 <= covered.mean() <= 0.975


def test_five_of_five_twice_is_not_sure() -> None:
    found = growth((pair(5), pair(5)), (pair(5), pair(5)), BOTH, CALM)
    assert found.low[0, 0] < 0.8
    assert found.high[0, 0] > 1.25


def test_restless_days_are_less_sure() -> None:
    calm, restless = (growth((pair(40), pair(200)), (pair(60), pair(200)), BOTH, phi * CALM) for phi in (1, 4))
    np.testing.assert_allclose(np.log(restless.high / restless.ratio), 2 * np.log(calm.high / calm.ratio))
    np.testing.assert_array_equal(calm.ratio, growth((pair(40), pair(200)), (pair(60), pair(200)), BOTH, CALM).ratio)


def test_volumes_over_days() -> None:
    """Twice the hits in twice the days is no growth."""
    none = np.array([False, False])
    found = growth((pair(100), np.array([[15.0, 15.0]])), (pair(200), np.array([[30.0, 30.0]])), none, CALM)
    assert found.ratio == pytest.approx(CALM, rel=0.01)


@pytest.mark.parametrize(("x", "n"), [((0, 0), (9, 9)), ((1, 1), (0, 9)), ((1, 1), (9, 0))])
def test_nothing_to_compare(x: tuple[int, int], n: tuple[int, int]) -> None:
    assert np.isnan(growth((pair(x[0]), pair(n[0])), (pair(x[1]), pair(n[1])), BOTH, CALM).ratio).all()
