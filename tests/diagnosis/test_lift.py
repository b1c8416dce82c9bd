"""The lift and its interval."""

from __future__ import annotations

import numpy as np
import pytest

from streams.diagnosis.lift import SURE, Hits, Lift, lift


def one(
    of: tuple[float, float, float, float], binomial: bool = False, up: bool = True, dispersion: float = 1.0
) -> Lift:
    """Of one KPI of one segment."""
    found = lift(Hits(*np.array([[of]]).T), np.array([binomial]), np.array([up]), np.array([dispersion]))
    return Lift(*(each[0] for each in found))


def test_by_hand() -> None:
    """99.5 of 1,000 beside 199.5 of 1,000, with half a hit each; ln of the ratio varies by 1/100 + 1/200."""
    found = one((99.5, 1_000, 199.5, 1_000))
    reach = np.exp(SURE * np.sqrt(0.015))
    assert [each[0] for each in found] == pytest.approx([0.5, 0.5 / reach, 0.5 * reach])
    assert (found.worse[0], found.better[0], found.as_well[0]) == (True, False, False)


def test_where_less_is_better() -> None:
    down, up = one((99.5, 1_000, 199.5, 1_000), up=False), one((99.5, 1_000, 199.5, 1_000))
    assert [each[0] for each in down] == pytest.approx([1 / up.value[0], 1 / up.high[0], 1 / up.low[0]])


def test_yes_or_no_tells_more_than_counts_and_clusters_less() -> None:
    of = (500.0, 1_000.0, 5_000.0, 10_000.0)
    width = {
        "binomial": np.log(one(of, binomial=True).high[0]),
        "poisson": np.log(one(of).high[0]),
        "clusters": np.log(one(of, dispersion=4.0).high[0]),
    }
    assert width["binomial"] == pytest.approx(width["poisson"] / np.sqrt(2), rel=0.01)
    assert width["clusters"] == pytest.approx(2 * width["poisson"], rel=0.01)


def test_the_interval_keeps_what_it_promises() -> None:
    """Of 20,000 segments with 40 hits beside 400, 2 % lie outside; with few hits a little fewer."""
    random = np.random.default_rng(1)
    x, rest = random.binomial(400, 0.1, (2, 20_000)) * 1.0
    trials = np.full_like(x, 400.0)
    found = lift(Hits(x, trials, rest, trials), np.array(True), np.array(True), np.array(1.0))
    outside = float(((found.low > 1) | (found.high < 1)).mean())
    assert 0.012 < outside < 0.022


def test_none_at_all_is_a_number_and_no_trials_are_none() -> None:
    assert one((0.0, 1_000.0, 100.0, 1_000.0)).worse[0]
    assert one((3.0, 3.0, 5.0, 10.0), binomial=True).high[0] > 1
    for of in ((0.0, 0.0, 100.0, 1_000.0), (5.0, 10.0, 0.0, 0.0), (0.0, 10.0, 0.0, 10.0)):
        found = one(of)
        assert all(np.isnan(each[0]) for each in found)
        assert not found.worse[0]
        assert not found.better[0]
        assert not found.as_well[0]
