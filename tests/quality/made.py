"""Counts that the tests of quality begin from."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from streams.events.columns import Ints
from streams.quality.homogeneity import Days

BOTH = np.array([True, False])  # a KPI of yes-or-no trials, and one that counts


def drawn(rates: list[float], sizes: list[int], days: int, seed: int, season: float = 0.0) -> Days:
    """Independent hits at these rates, of two KPIs: one of yes-or-no trials and one that counts.

    `season`: by how much all rates go up and down over a week.
    """
    random = np.random.default_rng(seed)
    wave = 1 + season * np.sin(np.arange(days) * 2 * np.pi / 7)
    trials = random.poisson(sizes, size=(days, len(sizes)))
    rate = np.array(rates) * wave[:, None]
    hits = np.stack([random.binomial(trials, rate), random.poisson(trials * rate)], axis=-1)
    return Days(hits, np.stack([trials, trials], axis=-1), np.ones(len(rates), dtype=np.bool_), BOTH)


@st.composite
def tables(draw: st.DrawFn, least: int = 2, most: int = 6) -> tuple[Ints, Ints]:
    """(hits, trials) [segments × 2], of each segment at most as many hits as trials."""
    n = draw(st.lists(st.integers(1, 500), min_size=least, max_size=most))
    x = [[draw(st.integers(0, size)) for _ in range(2)] for size in n]
    return np.array(x), np.stack([n, n], axis=-1)
