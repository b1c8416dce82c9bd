"""The division found is the best of all there are, tried one by one; and merging by several KPIs."""

from __future__ import annotations

import doctest
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.events.columns import Ints
from streams.quality import groups as module
from streams.quality.groups import groups, log_likelihood
from streams.quality.merging import merged
from tests.quality.made import BOTH, tables

CALM = np.ones(2)


def partitions(number: int) -> Iterator[list[int]]:
    """Each way to divide so many into groups, as the group of each."""
    if number == 0:
        yield []
        return
    for before in partitions(number - 1):
        for group in range(max(before, default=-1) + 2):
            yield [*before, group]


def criterion(hits: Ints, trials: Ints, group: Ints, binomial: bool) -> float:
    """The extended BIC; smaller is better. In how many ways so many groups can be made is counted."""
    number = int(max(group)) + 1
    several = range(number)
    ways = sum(max(each) + 1 == number for each in partitions(len(group)))
    x, n = (np.array([each[group == g].sum() for g in several], dtype=float) for each in (hits, trials))
    return float(-2 * log_likelihood(x, n, binomial).sum() + number * np.log(trials.sum()) + 2 * np.log(ways))


@given(tables(most=6), st.booleans())
@settings(max_examples=60)
def test_best_of_all(table: tuple[Ints, Ints], binomial: bool) -> None:
    hits, trials = table[0][:, 0], table[1][:, 0]
    found = criterion(hits, trials, groups(hits, trials, binomial), binomial)
    every = [criterion(hits, trials, np.array(each), binomial) for each in partitions(len(hits))]
    assert found == pytest.approx(min(every), rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("binomial", [True, False])
def test_three_rates_are_three_groups(binomial: bool) -> None:
    random = np.random.default_rng(1)
    truth = np.repeat([0, 1, 2], 4)
    trials = np.full(12, 3_000)
    rate = np.array([0.05, 0.1, 0.2])[truth]
    hits = random.binomial(trials, rate) if binomial else random.poisson(trials * rate)
    shuffled = random.permutation(12)
    np.testing.assert_array_equal(groups(hits[shuffled], trials[shuffled], binomial), truth[shuffled])


def test_alike_are_one() -> None:
    """Chance makes a second group of segments that are alike in a few of a hundred dimensions at most."""
    random = np.random.default_rng(2)
    for size in (2, 10, 40):
        trials = np.full(size, 1_000)
        found = [groups(random.binomial(trials, 0.2), trials, True).max() for _ in range(200)]
        assert np.mean(np.array(found) > 0) < 0.03


def test_clusters_tell_less() -> None:
    hits, trials = np.array([100, 150]), np.array([1_000, 1_000])
    assert groups(hits, trials, True).tolist() == [0, 1]
    assert groups(hits, trials, True, dispersion=4.0).tolist() == [0, 0]


def test_doctest() -> None:
    assert doctest.testmod(module).failed == 0


def test_merged_by_all_kpis() -> None:
    """The first two are alike in both; the third differs in the second KPI alone, the fourth in the first."""
    hits = np.array([[200, 300], [205, 290], [198, 600], [400, 305]])
    assert merged(hits, np.full((4, 2), 2_000), BOTH, CALM).tolist() == [0, 0, 1, 2]


@given(tables(least=1, most=5))
def test_merging_one_kpi_is_no_better_than_the_best(table: tuple[Ints, Ints]) -> None:
    hits, trials = table[0][:, :1], table[1][:, :1]
    found = merged(hits, trials, BOTH[:1], CALM[:1])
    best = criterion(hits[:, 0], trials[:, 0], groups(hits[:, 0], trials[:, 0], True), True)
    alone = criterion(hits[:, 0], trials[:, 0], np.arange(len(hits)), True)
    assert best - 1e-6 <= criterion(hits[:, 0], trials[:, 0], found, True) <= alone + 1e-6


def test_merging_needs_no_trials_of_each_kpi() -> None:
    hits, trials = np.array([[200, 0], [205, 290], [400, 0]]), np.array([[2_000, 0], [2_000, 2_000], [2_000, 0]])
    assert merged(hits, trials, BOTH, CALM).tolist() == [0, 0, 1]
    assert merged(hits[:0], trials[:0], BOTH, CALM).tolist() == []
