"""Agreement corrected for chance: the expected information against every table, figures against simulation."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special
from scipy.stats import contingency

from streams.events.columns import Ints
from streams.quality.association import adjusted_mutual_information, cramers_v, expected_mutual_information, outcomes


def table_of(one: list[int], other: list[int]) -> Ints:
    table = np.zeros((max(one) + 1, max(other) + 1), dtype=np.int64)
    np.add.at(table, (one, other), 1)
    return table


def information(table: Ints) -> float:
    p = table / table.sum()
    return float(special.xlogy(p, p / np.outer(p.sum(axis=1), p.sum(axis=0)) + (p == 0)).sum())


@pytest.mark.parametrize("other", [[0, 0, 0, 1, 1, 1, 1], [0, 1, 1, 2, 2, 2, 2], [0, 0, 0, 0, 0, 0, 1]])
def test_expected_information_is_that_of_all_orders(other: list[int]) -> None:
    one = [0, 0, 0, 0, 1, 1, 2]
    every = [information(table_of(one, list(order))) for order in permutations(other)]
    table = table_of(one, other)
    assert expected_mutual_information(table.sum(axis=1), table.sum(axis=0)) == pytest.approx(np.mean(every))


def test_expected_information_of_many() -> None:
    """(r - 1)(c - 1) / 2N for large numbers, as 2N I is chi-squared; and the whole sum where it can be had."""
    rows, columns = np.array([40_000, 25_000, 35_000]), np.array([20_000, 80_000])
    assert expected_mutual_information(rows, columns) == pytest.approx(2 / 2 / 100_000, rel=1e-3)


def test_adjusted_information_by_hand() -> None:
    full = np.array([[30, 0], [0, 50]])
    assert adjusted_mutual_information(full) == pytest.approx(1)
    random = np.random.default_rng(1)
    shuffled = [table_of(list(random.integers(0, 4, 300)), list(random.integers(0, 2, 300))) for _ in range(300)]
    assert np.mean([adjusted_mutual_information(each) for each in shuffled]) == pytest.approx(0, abs=0.001)


def test_cramers_v() -> None:
    table = np.array([[30, 170], [60, 190], [25, 375]])
    plain = contingency.association(table, correction=False)
    phi2, rows, columns = plain**2 - 2 / 849, 3 - 4 / 849, 2 - 1 / 849
    assert cramers_v(table) == pytest.approx(np.sqrt(phi2 / (min(rows, columns) - 1)))
    assert cramers_v(np.array([[5_000, 0], [0, 5_000]])) == pytest.approx(1)


@pytest.mark.parametrize("figure", [cramers_v, adjusted_mutual_information])
@pytest.mark.parametrize("table", [[[3, 4]], [[3], [4]], [[3, 0], [4, 0]], [[0, 0], [0, 0]]])
def test_nothing_to_agree(figure: object, table: list[list[int]]) -> None:
    assert callable(figure)
    assert np.isnan(figure(np.array(table)))


counts = st.lists(st.lists(st.integers(0, 60), min_size=3, max_size=3), min_size=2, max_size=5)


@given(counts)
def test_names_and_sides_make_no_difference(rows: list[list[int]]) -> None:
    table = np.array(rows)
    for figure in (cramers_v, adjusted_mutual_information):
        some = figure(table)
        for other in (table[::-1], table[:, ::-1], table.T):
            assert figure(other) == pytest.approx(some, rel=1e-6, abs=1e-9, nan_ok=True)
        assert np.isnan(some) or some <= 1 + 1e-9


def test_outcomes() -> None:
    assert outcomes(np.array([3, 12]), np.array([10, 10])).tolist() == [[3, 7], [10, 0]]
