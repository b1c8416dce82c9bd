"""The measurement does what it says; how fast it is, is `segpulse bench`'s to say."""

from __future__ import annotations

import pytest

from streams.tools.bench.tick import tick_seconds


@pytest.mark.parametrize("kpis", [3, 20])
def test_a_tick_is_measured(kpis: int) -> None:
    cost = tick_seconds(segments=7, kpis=kpis, ticks=3)
    assert (cost.segments, cost.kpis, cost.windows) == (7, kpis, 4)
    assert cost.tick_seconds > 0
    assert cost.scores_seconds > 0
