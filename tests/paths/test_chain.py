"""Paths, against walking them: many walkers, each step by chance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.paths.chain import Chain, chain, conversion, likeliest, removal

A, B, C = range(3)  # C is the conversion


def test_by_hand() -> None:
    """100 paths: 60 begin at a, 40 at b. Of a's 60 30 go on to b, 12 convert; of the 70 at b 35 convert."""
    found = chain(np.array([[60, 40, 0], [0, 30, 12], [0, 0, 35], [0, 0, 0]]), C)
    assert found is not None
    assert conversion(found) == pytest.approx(0.47)
    assert removal(found)[:2] == pytest.approx([1 - 40 * 0.5 / 47, 1 - 12 / 47])
    assert np.isnan(removal(found)[C])
    assert likeliest(found) == [B, C]


def test_what_comes_after_a_conversion_is_another_path() -> None:
    found = chain(np.array([[10, 0, 0], [0, 0, 10], [0, 0, 0], [0, 5, 0]]), C)
    assert found is not None
    assert found.begins.tolist() == pytest.approx([10 / 15, 5 / 15, 0])
    assert conversion(found) == pytest.approx(10 / 15)


def test_nobody_and_nowhere() -> None:
    assert chain(np.zeros((4, 3), dtype=np.int64), C) is None
    found = chain(np.array([[5, 0, 0], [5, 0, 0], [0, 0, 0], [0, 0, 0]]), C)
    assert found is not None
    assert conversion(found) == 0
    assert np.isnan(removal(found)).all()
    assert likeliest(found) == []


def ways() -> Iterator[tuple[int, ...]]:
    """All there are from the start to the conversion that come nowhere twice, without the latter."""
    return (way for length in range(4) for way in permutations([A, B, 3], length))


def chance_of(found: Chain, way: Sequence[int]) -> float:
    return float(found.begins[way[0]] * np.prod([found.chance[one, other] for one, other in pairwise(way)]))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.integers(0, 20), min_size=4, max_size=4), min_size=5, max_size=5), st.integers(0, 3))
def test_as_many_convert_as_of_walkers(steps: list[list[int]], seed: int) -> None:
    counted = np.array(steps)
    found = chain(counted, C)
    if found is None:
        return
    random, walkers, converted = np.random.default_rng(seed), 4_000, 0
    at = random.choice(4, walkers, p=found.begins)
    for _ in range(400):
        converted += int((at == C).sum())
        at = at[at != C]
        if not len(at):
            break
        cumulated = np.cumsum(found.chance[at], axis=1)
        nxt = (random.random(len(at))[:, None] >= cumulated).sum(axis=1)
        at = nxt[nxt < 4]
    left_walking = len(at)
    assert converted / walkers == pytest.approx(conversion(found), abs=0.03 + left_walking / walkers)
    effects = removal(found)[[A, B, 3]]
    path = likeliest(found)
    assert bool(path) == (conversion(found) > 0)
    assert len(set(path)) == len(path)
    if path:
        assert path[-1] == C
        assert chance_of(found, path) == pytest.approx(max(chance_of(found, [*way, C]) for way in ways()))
    assert (np.isnan(effects) | ((effects > -1e-9) & (effects < 1 + 1e-9))).all()
