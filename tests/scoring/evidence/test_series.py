"""The evidence as a whole: who is who, what a successor knows, and what is said of a level."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.scoring.evidence import dispersion, level
from streams.scoring.evidence.comparison import Trials
from streams.scoring.evidence.series import Evidence, Found
from tests.scoring import streams

increments = st.lists(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 30)), min_size=4, max_size=4), min_size=1, max_size=60
)


def look(increment: list[tuple[int, int]], order: list[int]) -> Trials:
    hits, trials = np.array([increment[i] for i in order], dtype=np.float64).T
    return Trials(hits[:, None], trials[:, None])


def run(given_: list[list[tuple[int, int]]], order: list[int], restart: int | None = None) -> list[Found]:
    """Each look's, with a successor that takes over after `restart` looks, its rows in another order and with a gap."""
    evidence = Evidence(np.array([True]))
    evidence.begin([], len(order))
    out = []
    for number, increment in enumerate(given_):
        if number == restart:
            kept, evidence = evidence.save(range(len(order))), Evidence(np.array([True]))
            evidence.begin([], len(order) + 2)
            evidence.restore(range(len(order)), kept, [0])
            evidence.begin([len(order), len(order) + 1], len(order) + 2)
        own, eligible = look(increment, order), np.ones(len(order), dtype=np.bool_)
        if restart is not None and number >= restart:
            own, eligible = Trials(*(np.pad(part, ((0, 2), (0, 0))) for part in own)), np.pad(eligible, (0, 2))
        out.append(evidence.step(streams.START + (number + 1) * streams.HOUR, streams.HOUR, own, eligible, arl=0.02))
    return out


def same(one: list[Found], other: list[Found], order: list[int]) -> None:
    for a, b in zip(one, other, strict=True):
        for name in Found._fields:
            left, right = getattr(a, name), getattr(b, name)
            np.testing.assert_array_equal(left[order], right[: len(order)])


@settings(max_examples=50)
@given(increments, st.permutations(range(4)))
def test_names_do_not_matter(given_: list[list[tuple[int, int]]], order: list[int]) -> None:
    same(run(given_, [0, 1, 2, 3]), run(given_, order), order)


@settings(max_examples=50)
@given(increments, st.integers(0, 60))
def test_a_successor_goes_on_alike(given_: list[list[tuple[int, int]]], restart: int) -> None:
    same(run(given_, [0, 1, 2, 3]), run(given_, [0, 1, 2, 3], restart), [0, 1, 2, 3])


def test_the_rest_leaves_out_who_fires_while_these_are_few() -> None:
    evidence = Evidence(np.array([True, True]))
    evidence.begin([], 5)
    everybody = np.ones((5, 2))
    evidence.step(streams.START, streams.HOUR, Trials(everybody, everybody), np.ones(5, dtype=np.bool_), 500)
    evidence._memory["firing"][[0, 1], 0] = 1
    evidence._memory["firing"][[1, 2, 3], 1] = -1
    calm = evidence.calm(np.array([True, True, True, True, False]))
    assert calm[:, 0].tolist() == [False, False, True, True, False]
    assert calm[:, 1].tolist() == [True, True, True, True, False], "when most fire they are the measure"


def test_kept_by_other_code_is_forgotten() -> None:
    evidence = Evidence(np.array([True]))
    evidence.begin([], 2)
    before = evidence.save([0, 1])
    evidence.restore([0, 1], type(before)(["something", "else"], [0], b""), [0])
    assert evidence.save([0, 1]) == before


def test_level_is_sure_and_says_how_much() -> None:
    rates = np.full(10, 0.12)
    rates[3] = 0.18
    *_, last = streams.watch(streams.looks(1, 20, np.full(10, 300.0), rates), 10, arl=500)
    assert last.level[:, 0].tolist() == [0, 0, 0, 1, 0, 0, 0, 0, 0, 0]
    assert last.low[3, 0] < 1.5 < last.high[3, 0]
    assert last.usual[3, 0] == pytest.approx(1.5, abs=0.15)
    assert (last.shift == 0).all()


def test_levels_of_no_difference_are_not_sure() -> None:
    """20 boards of five segments, looked at again and again for ten days: one in twenty may err."""
    erred = 0
    for seed in range(20):
        found = streams.watch(
            streams.looks(seed, 10, np.full(5, 400.0), np.full(5, 0.2), span=4 * streams.HOUR),
            5,
            500,
            span=4 * streams.HOUR,
        )
        erred += any((each.level != 0).any() for each in found)
    assert erred <= 3


def test_levels_of_counts_wait_until_it_is_known_how_they_vary() -> None:
    """20 boards of ten segments with nothing to find, for three days, of pages a session: geometric, mean 4."""
    random, segments, boards, span = np.random.default_rng(3), 10, 20, streams.HOUR // 6
    evidence, everybody = Evidence(np.zeros(boards, dtype=np.bool_)), np.ones(segments, dtype=np.bool_)
    evidence.begin([], segments)
    called = np.zeros(boards, dtype=np.bool_)
    for number in range(3 * streams.DAY // span):
        sessions = random.poisson(1_000 * span / streams.DAY, (segments, boards)) + 1
        pages = sessions + random.negative_binomial(sessions, 1 / 4)
        own = Trials(pages.astype(np.float64), sessions.astype(np.float64))
        found = evidence.step(streams.START + (number + 1) * span, span, own, everybody, arl=500)
        called |= (found.e_value >= np.log(segments / 0.05)).any(axis=0)
    assert called.sum() <= 3, "one in twenty may err"


def test_levels_of_yes_or_no_wait_until_it_is_known_how_often_the_same_come() -> None:
    """20 boards of ten segments, alike, for a day: visitors who come ten times, and always or never do."""
    random, segments, boards, span = np.random.default_rng(4), 10, 20, streams.HOUR // 6
    evidence, everybody = Evidence(np.ones(boards, dtype=np.bool_)), np.ones(segments, dtype=np.bool_)
    evidence.begin([], segments)
    called = np.zeros(boards, dtype=np.bool_)
    for number in range(streams.DAY // span):
        visitors = random.poisson(100 * span / streams.DAY, (segments, boards))
        hits = 10 * random.binomial(visitors, 0.1)
        own = Trials(hits.astype(np.float64), 10 * visitors.astype(np.float64))
        found = evidence.step(streams.START + (number + 1) * span, span, own, everybody, arl=500)
        called |= (found.e_value >= np.log(segments / 0.05)).any(axis=0)
    assert called.sum() <= 2, "one in twenty may err"


def test_and_no_longer() -> None:
    """A segment with half as much again is named within the first day."""
    rates = np.full(10, 0.12)
    rates[3] = 0.18
    *_, last = streams.watch(streams.looks(1, 0.95, np.full(10, 6_000.0), rates), 10, arl=500)
    assert last.level[:, 0].tolist() == [0, 0, 0, 1, 0, 0, 0, 0, 0, 0]


def test_clusters_are_seen_and_a_difference_is_not_taken_for_them() -> None:
    rates = np.full(20, 0.9)
    rates[0] = 0.3
    for clusters, wanted in ((0.0, 1.0), (3.0, 4.0)):
        evidence = Evidence(np.array([False]))
        evidence.begin([], 20)
        for each in streams.looks(2, 30, np.full(20, 500.0), rates, clusters=clusters or 1e-6):
            evidence.step(each.tick, streams.HOUR, each.own, np.ones(20, dtype=np.bool_), 1000)
        assert dispersion.common(evidence._memory, np.ones(1))[0][0] == pytest.approx(wanted, rel=0.15)


def test_before_anything_is_learned_counts_are_taken_to_be_as_uneven_as_geometric_ones_are() -> None:
    random = np.random.default_rng(5)
    counts = random.geometric(1 / 5, 10**6) - 1
    of_trial = np.repeat(np.arange(len(counts)), counts)
    amounts = np.bincount(of_trial, random.exponential(size=len(of_trial)), minlength=len(counts))
    pieces = np.array([counts.var(), amounts.var()])
    taken = dispersion.unlearned(np.full(3, 4.0), np.array([True, False, False]), np.array([False, False, True]))
    assert taken[0] == 1
    assert taken[1:] == pytest.approx(pieces / 4, rel=0.02)


def test_clustered_hits_raise_no_more_alarms() -> None:
    found = streams.watch(
        streams.looks(4, 60, np.full(200, 400.0), np.full(200, 0.8), clusters=4.0, span=2 * streams.HOUR),
        200,
        arl=200,
        binomial=False,
        span=2 * streams.HOUR,
    )
    assert len(streams.alarms(found)) < 60


def test_the_wait_is_about_what_it_takes() -> None:
    *_, last = streams.watch(streams.looks(6, 30, np.array([670.0] * 19 + [5.0]), np.full(20, 0.12)), 20, arl=1000)
    assert 3 < last.wait[0, 0] < 9
    assert last.wait[19, 0] > 60 or np.isnan(last.wait[19, 0])


def test_radius_holds_what_the_e_value_says() -> None:
    """The confidence sequence leaves out par exactly when the e-value is 1 / alpha."""
    evidence = Evidence(np.array([True]))
    evidence.begin([], 10)
    for each in streams.looks(8, 5, np.full(10, 500.0), np.linspace(0.05, 0.2, 10)):
        evidence.step(each.tick, streams.HOUR, each.own, np.ones(10, dtype=np.bool_), 500)
    memory = evidence._memory
    s = memory["level_a"] - memory["level_b"]
    for log_alpha in (-3.0, -8.0):
        reach = level.radius(memory, log_alpha) * (memory["level_a"] + memory["level_b"]) / 2
        np.testing.assert_array_equal(np.abs(s) >= reach, level.log_e(memory) >= -log_alpha)
