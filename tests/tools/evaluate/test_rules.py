"""The rules on cases made by hand, and beside what scipy says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from streams.events.columns import Ints
from streams.tools.evaluate.alarms import Recorder
from streams.tools.evaluate.bound import FALSE_ALARMS_PER_DAY
from streams.tools.evaluate.cells import REFERENCE
from streams.tools.evaluate.look import DAY, HOUR, START, Look
from streams.tools.evaluate.rules.band import Band
from streams.tools.evaluate.rules.benjamini_hochberg import BenjaminiHochberg
from streams.tools.evaluate.rules.cusum import Cusum, log_ratio
from streams.tools.evaluate.rules.oracle import Oracle, run_length, threshold
from streams.tools.evaluate.rules.ours import Ours
from streams.tools.evaluate.rules.rule import Rule
from streams.tools.evaluate.rules.trailing import Trailing
from streams.tools.evaluate.rules.ztest import ZTest, p_values, z_scores


def look(number: int, hits: list[list[int]], trials: list[list[int]], usual: float = 0.1) -> Look:
    shape = np.shape(hits)
    return Look(START + (number + 1) * HOUR, HOUR, np.array(hits), np.array(trials), np.full(shape, usual))


def said(rule: Rule, looks: list[Look]) -> list[list[list[int]]]:
    return [rule.look(each).direction.tolist() for each in looks]


@given(
    trials=st.tuples(st.integers(1, 1000), st.integers(1, 1000)),
    shares=st.tuples(st.floats(0.01, 0.99), st.floats(0.01, 0.99)),
)
def test_p_values_are_those_of_scipy(trials: tuple[int, int], shares: tuple[float, float]) -> None:
    hits = [round(n * share) for n, share in zip(trials, shares, strict=True)]
    if not 0 < sum(hits) < sum(trials):
        return
    table = [[x, n - x] for x, n in zip(hits, trials, strict=True)]
    own, rest = ((np.array([[x]]), np.array([[n]])) for x, n in zip(hits, trials, strict=True))
    p = p_values(z_scores(*own, *rest))[0, 0]
    assert p == pytest.approx(stats.chi2_contingency(table, correction=False).pvalue, abs=1e-9)


def test_nothing_to_say_is_no_alarm() -> None:
    assert said(ZTest(24), [look(0, [[0, 0]], [[0, 0]]), look(1, [[0, 0]], [[5, 0]])]) == [[[0, 0]], [[0, 0]]]


def test_z_test_against_the_rest_of_a_day() -> None:
    looks = [look(n, [[10, 20, 10]], [[100, 100, 100]]) for n in range(24)]
    assert said(ZTest(24), looks)[-1] == [[-1, 1, -1]]
    evened = [look(n, [[20, 10, 20]], [[100, 100, 100]]) for n in range(24, 48)]
    assert said(ZTest(24), looks + evened)[-1] == [[1, -1, 1]], "what is more than a day ago is forgotten"


def test_benjamini_hochberg_is_per_board() -> None:
    rule = BenjaminiHochberg(24)
    (directions,) = said(rule, [look(0, [[30, 10, 10], [10, 10, 10]], [[100] * 3, [100] * 3])])
    assert directions[0][0] == 1
    assert directions[1] == [0, 0, 0]


def test_trailing() -> None:
    trailing = Trailing(2)
    sums = [trailing.add(np.array([n])).tolist() for n in (1, 2, 3, 4)]
    assert sums == [[1], [3], [5], [7]]


def test_band() -> None:
    steady = [look(n, [[10 + n % 2]], [[100]]) for n in range(24)]
    assert said(Band(24), [*steady, look(24, [[11]], [[100]])])[-1] == [[0]]
    assert said(Band(24), [*steady, look(24, [[14]], [[100]])])[-1] == [[1]]
    assert said(Band(24), [*steady, look(24, [[7]], [[100]])])[-1] == [[-1]]


def test_band_without_trials() -> None:
    assert said(Band(24), [look(n, [[0]], [[0]]) for n in range(3)])[-1] == [[0]]


def test_log_ratio() -> None:
    hits, trials, base = np.array([3.0]), np.array([20.0]), np.array([0.1])
    binomial = stats.binom.logpmf(3, 20, 0.125) - stats.binom.logpmf(3, 20, 0.1)
    poisson = stats.poisson.logpmf(3, 20 * 0.125) - stats.poisson.logpmf(3, 20 * 0.1)
    assert log_ratio(hits, trials, base, 0.25, True) == pytest.approx([binomial])
    assert log_ratio(hits, trials, base, 0.25, False) == pytest.approx([poisson])


def test_cusum_learns_then_adds_up_then_begins_anew() -> None:
    learned = [look(n, [[10]], [[100]]) for n in range(10)]
    base = (100 + 0.5) / (1000 + 1)
    gain = log_ratio(np.array([30.0]), np.array([100.0]), np.array([base]), 0.25, True)[0]
    rule = Cusum(10, True, threshold=2.5 * gain)
    up = [look(10 + n, [[30]], [[100]]) for n in range(6)]
    assert said(rule, learned + up) == [[[0]]] * 10 + [[[0]], [[0]], [[1]], [[0]], [[0]], [[1]]]
    assert [[-1]] in said(rule, [look(20 + n, [[0]], [[100]]) for n in range(9)])


@pytest.mark.parametrize("change", [-0.5, -0.2, 0.2, 0.5])
def test_oracle_runs_as_long_as_it_promises(change: float) -> None:
    limit = threshold(change, 100.0, 28.0, 0.12)
    assert run_length(limit, change, 28.0, 0.12) == pytest.approx(100, rel=0.02)
    rng = np.random.default_rng(1)
    oracle = Oracle(change, 100.0, np.full(2, 28.0), np.full(2, 0.12))
    alarms = 0
    for number in range(400):
        trials = rng.poisson(28, (500, 2))
        seen = Look(START + (number + 1) * HOUR, HOUR, rng.binomial(trials, 0.12), trials, np.full((500, 2), 0.12))
        fires = oracle.look(seen).direction
        assert set(np.unique(fires).tolist()) <= {0, int(np.sign(change))}
        alarms += int((fires != 0).sum())
    assert 400 * 1000 / alarms == pytest.approx(100, rel=0.1)


def counts(rng: np.random.Generator, rates: list[float]) -> tuple[Ints, Ints]:
    trials = rng.poisson(200, (2, len(rates)))
    return rng.binomial(trials, rates), trials


def test_ours_calls_the_right_one_in_the_right_direction() -> None:
    rng, rule = np.random.default_rng(1), Ours(2, 5, True)
    before, after = [0.2] * 5, [0.2, 0.3, 0.2, 0.1, 0.2]
    for number in range(20 * 24):
        hits, trials = counts(rng, before if number < 14 * 24 else after)
        calls = rule.look(Look(START + (number + 1) * HOUR, HOUR, hits, trials, np.zeros(hits.shape)))
        if number < 14 * 24:
            assert not calls.direction.any()
    assert calls.direction.tolist() == [[0, 1, 0, -1, 0]] * 2
    assert calls.since is not None
    assert np.median(np.abs(calls.since[:, [1, 3]] - (START + 14 * DAY))) <= 6 * HOUR


def test_ours_hears_silence() -> None:
    rng, rule = np.random.default_rng(1), Ours(2, 5, True)
    for number in range(8 * 24):
        hits, trials = counts(rng, [0.2] * 5)
        if number >= 7 * 24:
            hits[:, 2] = trials[:, 2] = 0
        calls = rule.look(Look(START + (number + 1) * HOUR, HOUR, hits, trials, np.zeros(hits.shape)))
    assert calls.direction.tolist() == [[0, 0, -1, 0, 0]] * 2


def test_ours_keeps_its_budget_and_uses_it() -> None:
    """40 boards of nothing, 60 days each after 14 of learning: by simulation alone, so nothing else would tell."""
    runs, learning, watched = 40, 14, 60
    rule, recorder = Ours(runs, REFERENCE.segments, REFERENCE.binomial), Recorder()
    stream = REFERENCE.looks(np.random.default_rng(9), runs, (learning + watched) * 24, 24, None)
    for number, each in enumerate(stream):
        recorder.take(number, rule.look(each))
    per_day = (recorder.alarms().look >= learning * 24).sum() / (runs * watched)
    assert FALSE_ALARMS_PER_DAY / 3 < per_day <= FALSE_ALARMS_PER_DAY
