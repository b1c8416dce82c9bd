"""Against scipy's analysis of variance on single trials, its chi-squared tests, and simulated segments."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from scipy import stats

from streams.events.columns import Ints
from streams.quality.heterogeneity import Between, between
from tests.quality.made import BOTH, tables

TABLE = np.array([[30, 30], [60, 60], [25, 25]]), np.array([[200, 200], [250, 250], [400, 400]])


def test_analysis_of_variance_of_single_trials() -> None:
    """A trial is 0 or 1: with these as the sample scipy's F is ours."""
    hits, trials = TABLE
    found = between(hits, trials, BOTH)
    samples = [np.repeat([1, 0], [x, n - x]) for (x, _), (n, _) in zip(hits, trials, strict=True)]
    f = stats.f_oneway(*samples).statistic
    assert found.real[0] == pytest.approx(1 - 1 / f)
    n0 = (850 - (200**2 + 250**2 + 400**2) / 850) / 2
    assert found.icc[0] == pytest.approx((f - 1) / (f - 1 + n0))
    low, high = (f / stats.f.ppf(q, 2, 847) for q in (0.975, 0.025))
    assert (found.low[0], found.high[0]) == pytest.approx(((low - 1) / (low - 1 + n0), (high - 1) / (high - 1 + n0)))


def test_chi_squared() -> None:
    hits, trials = TABLE
    found = between(hits, trials, BOTH)
    yes_or_no = np.stack([hits[:, 0], trials[:, 0] - hits[:, 0]])
    assert found.p_value[0] == pytest.approx(stats.chi2_contingency(yes_or_no, correction=False).pvalue)
    expected = trials[:, 1] * hits[:, 1].sum() / trials[:, 1].sum()
    assert found.p_value[1] == pytest.approx(stats.chisquare(hits[:, 1], expected).pvalue)


@pytest.mark.parametrize("kpi", [0, 1])
def test_segments_that_differ_by_a_fifth(kpi: int) -> None:
    random = np.random.default_rng(1)
    rates = 0.2 * (1 + 0.2 * random.standard_normal(400))
    trials = np.full((400, 2), 2_000)
    hits = np.stack([random.binomial(2_000, rates), random.poisson(2_000 * rates)], axis=-1)
    found = between(hits, trials, BOTH)
    assert found.spread[kpi] == pytest.approx(0.2, abs=0.02)
    chance = (0.2 * 0.8 if kpi == 0 else 0.2) / 2_000
    assert found.real[kpi] == pytest.approx(0.04**2 / (0.04**2 + chance), abs=0.03)


@pytest.mark.parametrize("kpi", [0, 1])
def test_interval_covers(kpi: int) -> None:
    """Of 400 dimensions of eight segments of unequal size, 95 % of the intervals hold the true correlation."""
    random = np.random.default_rng(2)
    truth = 0.04**2 / (0.04**2 + (0.2 * 0.8 - 0.04**2 if kpi == 0 else 0.2))
    covered = 0
    for _ in range(400):
        rates = np.clip(0.2 + 0.04 * random.standard_normal(8), 0.01, 0.99)
        n = random.integers(500, 2_000, 8)
        hits = np.stack([random.binomial(n, rates), random.poisson(n * rates)], axis=-1)
        found = between(hits, np.stack([n, n], axis=-1), BOTH)
        covered += found.low[kpi] <= truth <= found.high[kpi]
    assert 0.91 <= covered / 400 <= 0.985


def test_what_is_alike() -> None:
    hits, trials = np.full((5, 2), 20), np.full((5, 2), 100)
    found = between(hits, trials, BOTH)
    assert found.p_value == pytest.approx([1, 1])
    for figure in (found.spread, found.real, found.icc, found.low):
        assert (figure == 0).all()


def test_clusters_are_no_difference() -> None:
    hits, trials = TABLE
    plain, wide = (between(hits, trials, BOTH, np.full(2, phi)) for phi in (1.0, 40.0))
    assert (plain.p_value < 1e-3).all()
    assert (wide.p_value > 0.05).all()
    assert (wide.icc < plain.icc).all()


@pytest.mark.parametrize(
    ("hits", "trials"),
    [([[5, 5]], [[9, 9]]), ([[0, 0], [0, 0]], [[9, 9], [9, 9]]), ([[1, 1], [0, 0]], [[9, 9], [0, 0]])],
)
def test_nothing_to_compare(hits: list[list[int]], trials: list[list[int]]) -> None:
    found = between(np.array(hits), np.array(trials), BOTH)
    assert all(np.isnan(figure).all() for figure in found[1:])


@given(tables())
def test_order_makes_no_difference(table: tuple[Ints, Ints]) -> None:
    hits, trials = table
    some, other = between(hits, trials, BOTH), between(hits[::-1], trials[::-1], BOTH)
    np.testing.assert_allclose(some, other, rtol=1e-6, atol=1e-9)


@given(tables())
def test_shares_are_shares(table: tuple[Ints, Ints]) -> None:
    found: Between = between(*table, BOTH)
    for figure in (found.real, found.icc, found.low, found.high, found.p_value):
        said = figure[np.isfinite(figure)]
        assert ((said >= 0) & (said <= 1)).all()
    ordered = np.isfinite(found.icc)
    assert (found.low[ordered] <= found.icc[ordered] + 1e-12).all()
    assert (found.icc[ordered] <= found.high[ordered] + 1e-12).all()
