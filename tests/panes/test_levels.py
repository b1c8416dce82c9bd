"""How time is cut."""

from __future__ import annotations

import doctest

from hypothesis import given
from hypothesis import strategies as st

from streams.panes import levels
from streams.panes.levels import LEVELS, Grid

_windows = st.lists(st.integers(1, 9_000).map(lambda n: n * 10_000), min_size=1, max_size=5, unique=True)


def test_examples_in_the_text() -> None:
    found = doctest.testmod(levels)
    assert found.attempted > 2
    assert not found.failed


@given(_windows, st.sampled_from([10_000, 20_000, 60_000, 300_000, 3_600_000]), st.integers(0, 10**9))
def test_a_window_is_no_shorter_than_declared_and_hardly_longer(windows: list[int], tick: int, number: int) -> None:
    grid = Grid(windows, tick)
    at = number * tick
    for window in windows:
        span = LEVELS[grid.granule(window)]
        start = grid.start(window, at)
        assert start % span == 0
        assert 0 <= (at - window) - start < span
        assert span * 30 <= window or grid.granule(window) == grid.finest
        assert tick % LEVELS[grid.finest] == 0, "no tick falls within a pane"


@given(_windows, st.integers(0, 10**7))
def test_panes_are_kept_as_long_as_a_window_slides_by_them(windows: list[int], slack: int) -> None:
    grid = Grid(windows, 10_000)
    keeps = grid.keeps(slack)
    assert len(keeps) == len(LEVELS)
    for window in windows:
        for level in range(grid.granule(window), len(LEVELS)):
            assert keeps[level] >= 10**12 - grid.start(window, 10**12) + slack - LEVELS[grid.granule(window)]
            assert keeps[level] >= window + slack
    assert list(keeps) == sorted(keeps)
