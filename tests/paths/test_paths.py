"""Of counted steps, what is told of each segment and of the whole."""

from __future__ import annotations

import numpy as np
import pytest

from streams.events.terms import step
from streams.kpis.measures import Measures
from streams.paths.paths import paths, wanted
from streams.scoring.daily import Daily
from streams.settings import Paths, Settings

SETTINGS = Settings(paths=Paths(to="form_fills"))
MEASURES = Measures((), wanted(SETTINGS))


def daily(*segments: dict[tuple[str, str], int]) -> Daily:
    """Steps of each segment, each half on one of two days."""
    counts = np.zeros((2, len(segments), len(MEASURES.names)), dtype=np.int64)
    for row, steps in enumerate(segments):
        for (one, other), number in steps.items():
            counts[:, row, MEASURES.column(step(one, other))] = number // 2
    return Daily("tier", 0, 10, [f"s{row}" for row in range(len(segments))], counts)


def test_each_segment_and_the_whole() -> None:
    direct = {("start", "form_fills"): 20}
    by_click = {("start", "clicks"): 40, ("clicks", "form_fills"): 20}
    found = paths(daily(direct, by_click, {}), SETTINGS, MEASURES)
    assert found is not None
    assert found.touchpoints == ["page_views", "clicks", "form_fills", "downloads"]
    first, second = found.segments
    assert (first.value, first.conversion, first.likeliest) == ("s0", 1.0, ["form_fills"])
    assert (second.value, second.conversion, second.likeliest) == ("s1", 0.5, ["clicks", "form_fills"])
    assert second.removal["clicks"] == 1.0
    assert second.removal["downloads"] == 0.0
    assert "form_fills" not in second.removal
    assert found.whole.conversion == pytest.approx(40 / 60)
    assert found.whole.removal["clicks"] == pytest.approx(0.5)
    assert sum(map(sum, found.whole.steps)) == 80


def test_only_for_who_wants_to_know() -> None:
    assert wanted(Settings()) == []
    assert paths(daily({("start", "clicks"): 2}), Settings(), MEASURES) is None
    assert paths(daily({}), SETTINGS, MEASURES) is None
