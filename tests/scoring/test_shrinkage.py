"""The shrunk value is a posterior of scipy's distributions; its weight is worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from streams.scoring.shrinkage import HEAVIEST, LIGHTEST, Shrunk, shares, shrink, weight

BINOMIAL, POISSON = np.array([True]), np.array([False])


def one(x: int, n: int, rest: float, heavy: float, binomial: bool) -> Shrunk:
    hits, trials, centre = np.array([[[x]]]), np.array([[[n]]]), np.array([[[rest]]])
    share = shares(hits, trials, centre, np.array([binomial]))
    cells = shrink(hits, trials, centre, np.array([[[heavy]]]), share)
    return Shrunk(*(float(figure[0, 0, 0]) for figure in cells))  # type: ignore[arg-type]


@given(st.integers(0, 2_000), st.integers(0, 2_000), st.floats(0.01, 2), st.floats(LIGHTEST, HEAVIEST), st.booleans())
def test_posterior(x: int, n: int, rest: float, heavy: float, binomial: bool) -> None:
    found = one(x, n, rest, heavy, binomial)
    if binomial and x <= n and rest < 1:
        posterior = stats.beta(heavy * rest + x, heavy * (1 - rest) + n - x)
    else:
        posterior = stats.gamma(heavy * rest + x, scale=1 / (heavy + n))
    assert found == pytest.approx(
        (posterior.mean(), posterior.ppf(0.025), posterior.ppf(0.975), posterior.sf(rest)), rel=1e-6, abs=1e-12
    )
    assert found.low < found.value < found.high
    least, most = sorted([x / n if n else np.inf if x else rest, rest])
    assert least * (1 - 1e-12) <= found.value <= most * (1 + 1e-12), "between its own and the rest's"


def test_drawn_to_the_rest_as_far_as_the_evidence_is_thin() -> None:
    assert one(0, 0, 0.3, 50, True).value == pytest.approx(0.3)
    assert one(5, 10, 0.3, 10, True).value == pytest.approx(0.4)  # ten trials each: half way
    assert one(5_000, 10_000, 0.3, 10, True).value == pytest.approx(0.5, abs=0.001)
    assert one(30, 10, 1.0, 10, False).value == pytest.approx(2.0)


@pytest.mark.parametrize("rest", [0.0, float("nan")])
def test_nothing_to_be_drawn_to(rest: float) -> None:
    assert all(np.isnan(figure) for figure in one(5, 10, rest, 10, True))


@given(st.integers(50, 400), st.integers(2, 6))
def test_segments_that_are_alike_are_on_a_par_though_hits_outnumber_trials(x: int, segments: int) -> None:
    """Opened in this window, sent before it: up to four hits a trial, all of them the same."""
    hits, trials = np.full((1, segments, 1), x), np.full((1, segments, 1), 100)
    rest = hits / trials
    share = shares(hits, trials, rest, BINOMIAL)
    weights = weight(hits, trials, trials * (segments - 1), np.ones(segments, dtype=np.bool_), share)
    found = shrink(hits, trials, rest, weights, share)
    assert found.value == pytest.approx(rest)
    assert found.above == pytest.approx(0.5, abs=0.03)


def test_where_one_segment_has_more_hits_than_trials_all_are_counts_beside_counts() -> None:
    hits, trials = np.array([[[3], [12]], [[3], [9]]]), np.full((2, 2, 1), 10)
    share = shares(hits, trials, hits[:, ::-1] / trials, BINOMIAL)
    assert share[..., 0].tolist() == [[False, False], [True, True]], "window by window"
    assert not shares(hits, trials, hits[:, ::-1] / trials, POISSON).any()


_cells = st.tuples(st.integers(0, 3), st.integers(0, 3), st.sampled_from([0.0, 0.1, 0.9, float("nan")]))


@given(st.lists(_cells, min_size=1, max_size=12), st.booleans(), st.booleans())
def test_cells_that_are_alike_do_not_meet(cells: list[tuple[int, int, float]], first: bool, second: bool) -> None:
    """All at once as one by one, to the last digit: [1 × segments × 2 KPIs], weights of each KPI."""
    x, n, rest = (np.array([[[cell[i]] * 2 for cell in cells]]) for i in range(3))
    share = np.array([first, second]) & (x <= n)
    found = shrink(x, n, rest, np.array([[[3.0, 7.0]]]), share)
    for s, (successes, trials, centre) in enumerate(cells):
        for k, (heavy, binomial) in enumerate([(3.0, first), (7.0, second)]):
            alone = one(successes, trials, centre, heavy, binomial)
            np.testing.assert_array_equal([figure[0, s, k] for figure in found], list(alone))


def weigh(
    x: list[int], n: list[int], binomial: bool, eligible: list[bool] | None = None, rest_trials: float = np.inf
) -> float:
    numerator, denominator = (np.array([[[each] for each in side]]) for side in (x, n))
    rest, share = np.array([[[rest_trials]]]), np.array([[[binomial]]])
    return float(weight(numerator, denominator, rest, np.array(eligible or [True] * len(x)), share)[0, 0, 0])


def test_the_weight_by_hand() -> None:
    # p = 0.4; S = 100 (0.2² + 0.2²) = 8; v = 0.24; N - sum n²/N = 100; t = (8 - (1 - √2) 0.24) / 100; v / t = 2.96
    binomial, poisson = 24 / (8 + 0.24 * (2**0.5 - 1)), 40 / (8 + 0.4 * (2**0.5 - 1))
    assert weigh([20, 60], [100, 100], True) == pytest.approx(binomial)
    # Poisson: v = p = 0.4
    assert weigh([20, 60], [100, 100], False) == pytest.approx(poisson)
    assert weigh([20, 60, 500], [100, 100, 500], True, [True, True, False]) == pytest.approx(binomial)
    assert weigh([20, 60], [100, 100], True, rest_trials=100) == pytest.approx(1 / (1 / binomial + 1 / 100))


@pytest.mark.parametrize(
    ("x", "n", "rest_trials", "expected"),
    [
        ([30] * 6, [100] * 6, np.inf, HEAVIEST),  # no difference, surely
        ([30] * 6, [100] * 6, 500, 500),  # then the rest's own trials
        ([0, 0], [0, 0], 0, LIGHTEST),
        ([30, 0], [100, 0], 0, LIGHTEST),
        ([30, 0], [100, 0], 70, 70),
        ([0, 100], [100, 100], 100, LIGHTEST),
    ],
)
def test_the_weight_has_bounds(x: list[int], n: list[int], rest_trials: float, expected: float) -> None:
    assert weigh(x, n, True, rest_trials=rest_trials) == pytest.approx(expected)


@given(st.permutations(range(4)))
def test_the_order_of_segments_makes_no_difference(order: list[int]) -> None:
    x, n = [3, 20, 31, 9], [30, 100, 90, 80]
    assert weigh([x[i] for i in order], [n[i] for i in order], True) == pytest.approx(weigh(x, n, True))
