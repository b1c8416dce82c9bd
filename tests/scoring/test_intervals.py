"""The interval of a ratio of two counts covers what it says, and is that of one count where the other has no chance."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special, stats

from streams.scoring.intervals import ratio


@pytest.mark.parametrize(("hits", "trials"), [(5.0, 5.0), (20.0, 8.0), (3.0, 50.0), (400.0, 90.0)])
def test_it_covers_what_it_says(hits: float, trials: float) -> None:
    """Summed over all pairs of counts that come with any probability to speak of."""
    x, n = np.meshgrid(np.arange(700.0), np.arange(1.0, 250.0))
    probability = stats.poisson.pmf(x, hits) * stats.poisson.pmf(n, trials)
    low, high = ratio(x, n)
    within = (low <= hits / trials) & (hits / trials <= high)
    assert probability[within].sum() / probability.sum() == pytest.approx(0.95, abs=0.025)


def test_of_very_many_hits_the_chance_is_in_the_trials() -> None:
    low, high = ratio(np.array([1e9]), np.array([10.0]))
    assert 1e9 / low == pytest.approx(special.gammaincinv(10.5, 0.975), rel=1e-3)
    assert 1e9 / high == pytest.approx(special.gammaincinv(10.5, 0.025), rel=1e-3)


def test_of_no_trials_there_is_none() -> None:
    assert np.isnan(ratio(np.array([3.0]), np.array([0.0]))).all()
