"""Accurate segments: enough, different, alike within; each by segments made to have it or not."""

from __future__ import annotations

import numpy as np
import pytest

from streams.quality.accuracy import Accuracy, accuracy
from streams.quality.difference import difference
from streams.quality.homogeneity import Days, within
from streams.quality.verdicts import verdicts
from streams.settings import Scoring
from tests.quality.made import BOTH, drawn


def judged(days: Days, min_trials: int = 100, min_effect: float = 0.1) -> Accuracy:
    inside = within(days)
    apart = difference(days, inside.dispersion)
    return accuracy(days.trials.sum(axis=0), apart, inside, min_trials, min_effect)


def test_each_criterion() -> None:
    """The first two differ, the third does not; of the fourth there is too little; the fifth comes in bursts."""
    days = drawn([0.1, 0.4, 0.307, 0.5, 0.3], [200, 200, 200, 1, 200], 30, seed=1)
    hits = days.hits.copy()
    hits[::5, 4] = days.trials[::5, 4] * 9 // 10
    found = judged(days._replace(hits=hits))
    assert found.enough.tolist() == [True, True, True, False, True]
    assert found.different.tolist() == [True, True, False, False, True]
    assert found.alike.tolist()[:3] == [True, True, True]
    assert not found.alike[4]
    assert found.dispersion[4] > 2
    assert found.accurate.tolist() == [True, True, False, False, False]
    assert found.share == pytest.approx(0.4)
    assert found.trials.tolist() == days.trials.sum(axis=0)[:, 0].tolist()
    assert np.isnan(found.p_value[3])
    assert found.kpi[3] == -1


def test_equal_segments_are_not_accurate() -> None:
    """At most one dimension in twenty has a segment that is called different for nothing."""
    called = [judged(drawn([0.2] * 6, [300] * 6, 30, seed), min_effect=0).different.any() for seed in range(200)]
    assert np.mean(called) <= 0.08


def test_a_sure_difference_may_be_too_small() -> None:
    days = drawn([0.2, 0.21], [40_000, 40_000], 10, seed=3)
    assert judged(days, min_effect=0.0).different.all()
    assert not judged(days, min_effect=0.1).different.any()


@pytest.mark.parametrize("seed", range(10))
def test_a_segment_without_hits_is_taken_to_have_them_as_unevenly_as_others(seed: int) -> None:
    """Eight hits at once: that of two or three such none is of one segment is no difference."""
    random, size = np.random.default_rng(seed), np.array([60, 300, 300, 300])
    hits = 8 * random.poisson(size * 0.004 * [0, 1, 1, 1], size=(10, 4))[..., None]
    days = Days(hits, np.broadcast_to(size[:, None], hits.shape), np.ones(4, dtype=np.bool_), BOTH[1:])
    assert not verdicts(days, np.ones(4, dtype=np.bool_), Scoring()).accuracy.different[0]
