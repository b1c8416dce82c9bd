from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.board import history as module
from consumers.board.history import KEPT_MS, POINTS, History
from streams.messages import SegmentScores
from tests.consumers.samples import T0, cell, scores

MINUTE = 60_000


def of(at: int, *values: float | None) -> SegmentScores:
    """A segment's scores at so many minutes, of KPIs a, b, …"""
    cells = [cell(name, value=value) for name, value in zip("abc", values, strict=False)]
    return scores("2", T0 + at * MINUTE, [*cells, cell("a", window="24h")])


def test_what_there_is_of_each_kpi_over_the_window() -> None:
    history = History()
    history.add("tier:2", of(0, 0.5, None))
    history.add("tier:2", of(1, 0.25, 2.0))
    found = history.of("tier:2", "1h")
    rest, low, high = (pytest.approx([figure] * 2) for figure in (0.11, 0.121, 0.141))
    assert found == {
        "at": [T0 + 70_000, T0 + 130_000],
        "kpis": {"a": [[0.5, 0.25], rest, low, high], "b": [[None, 2.0], rest, low, high]},
    }
    assert history.of("tier:3", "1h") == {"at": [], "kpis": {}}


@given(st.lists(st.integers(1, 40), min_size=2, max_size=2_000))
def test_a_day_is_kept_in_few_points_the_newest_among_them(gaps: list[int]) -> None:
    history, at = History(), 0
    for gap in gaps:
        at += gap
        history.add("tier:2", of(at, float(at)))
    found = history.of("tier:2", "1h")
    values = found["kpis"]["a"][0]  # type: ignore[index]
    points = zip(found["at"], values, strict=True)  # type: ignore[call-overload]
    times = [(time - T0 - 70_000) // MINUTE for time, value in points if value is not None]
    assert len(times) <= POINTS
    assert times == sorted(set(times))
    assert times[0] >= times[-1] - KEPT_MS // MINUTE
    apart = max((later - earlier for earlier, later in pairwise(times)), default=0)
    assert at - times[-1] <= max(apart, 1) + 40
    assert [value for value in values if value is not None] == times, "values are those of their times"


def test_where_nothing_was_known_for_long_there_is_no_line() -> None:
    history = History()
    for minute in (0, 30, 61, 62):
        history.add("tier:2", of(minute, float(minute)))
    at = [T0 + 70_000 + minute * MINUTE for minute in (0, 30, 61, 62)]
    at.insert(2, at[1] + 1)
    found = history.of("tier:2", "1h")
    assert found["at"] == at
    assert found["kpis"]["a"][0] == [0, 30, None, 61, 62]  # type: ignore[index]
    assert history.index("tier:2", "a", "1h") == {"at": at, "index": [120, 120, None, 120, 120]}


def test_a_kpi_that_comes_later_or_is_away_leaves_the_others_history_alone() -> None:
    history = History()
    for minute, values in enumerate([(0.5,), (0.25, 2.0), (0.125,)]):
        history.add("tier:2", of(minute, *values))
    kpis = history.of("tier:2", "1h")["kpis"]
    assert kpis["a"][0] == [0.5, 0.25, 0.125]  # type: ignore[index]
    assert kpis["b"][0] == [None, 2.0, None]  # type: ignore[index]


def test_a_segment_that_is_gone_begins_anew() -> None:
    history = History()
    history.add("tier:2", of(0, 0.5))
    history.forget("tier:2")
    assert history.of("tier:2", "1h") == {"at": [], "kpis": {}}
    history.add("tier:2", of(1, 0.5))
    assert history.of("tier:2", "1h")["at"] == [T0 + 130_000]


def test_of_too_many_cells_nothing_is_kept_until_others_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CELLS", 4)
    history = History()
    for key in ("tier:1", "tier:2", "tier:3"):
        history.add(key, of(0, 0.5))
    assert [len(history.of(f"tier:{n}", "1h")["at"]) for n in (1, 2, 3)] == [1, 1, 0]  # type: ignore[arg-type]
    history.forget("tier:1")
    history.add("tier:3", of(1, 0.5))
    assert history.of("tier:3", "1h")["at"] == [T0 + 130_000]


def test_the_index_of_one_kpi() -> None:
    history = History()
    for minute, (state, index) in enumerate([("par", 101.0), ("under", 80.0), ("silent", 80.0), ("learning", None)]):
        cells = [cell("a", state=state, index=index), cell("b"), cell("a", window="24h", index=7.0)]
        history.add("tier:2", scores("2", T0 + minute * MINUTE, cells))
    found = history.index("tier:2", "a", "1h")
    assert found["index"] == [101.0, 80.0, None, None], "of what is silent the index is of what came before"
    assert found["at"] == [T0 + 70_000 + minute * MINUTE for minute in range(4)]
    assert history.index("tier:2", "c", "1h")["index"] == [None] * 4
    assert history.index("tier:3", "a", "1h") == {"at": [], "index": []}


def test_what_is_gone_leaves_room() -> None:
    history = History()
    for value in "ab":
        history.add(value, scores(value))
    history.keep({"b": None}.keys())
    assert history.of("a", "1h")["at"] == []
    assert history.of("b", "1h")["at"]
