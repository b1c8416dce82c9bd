"""Which earlier periods are compared, and that what is compared is held."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.messages import Against
from streams.panes.earlier import comparisons, grid, month
from streams.panes.levels import LEVELS
from streams.settings import Growth, Scoring, Settings, Span, Time

HOUR, DAY = 3_600_000, 86_400_000
HOLDS: list[tuple[Against, ...]] = [(), ("before",), ("week",), ("year",), ("week", "year"), ("before", "year")]


def wanted(windows: list[str] | list[int], hold: tuple[Against, ...] = (), tick: int = 10_000) -> Settings:
    spans = tuple(Span.parse(w) if isinstance(w, str) else Span(w) for w in windows)
    return Settings(scoring=Scoring(windows=spans), growth=Growth(hold=hold), time=Time(tick=Span(tick)))


def compared(settings: Settings) -> dict[tuple[str, str], str]:
    """The step of each comparison, by window and against what."""
    found = comparisons(grid(settings), settings.scoring.windows)
    return {(str(Span(each.window)), each.against): str(Span(LEVELS[each.level])) for each in found}


@pytest.mark.parametrize(
    ("windows", "hold", "expected"),
    [
        (["5m", "1h", "24h", "7d"], (), {("1h", "before"): "1h", ("24h", "before"): "1h"}),
        (
            ["5m", "1h", "24h", "7d"],
            ("week",),
            {
                **{("1h", "before"): "1h", ("1h", "week"): "1h", ("24h", "before"): "1h", ("24h", "week"): "1h"},
                **{("7d", "before"): "24h"},  # which is a week earlier
            },
        ),
        (
            ["24h", "30d"],
            (),
            {("24h", "before"): "24h", ("24h", "week"): "24h"},
        ),
        (
            ["1h", "7d"],
            ("year",),
            {
                **{("1h", "before"): "1h"},  # hours of a year are not held
                **{("7d", "before"): "24h", ("7d", "year"): "24h"},
            },
        ),
        (["30d"], ("before",), {("30d", "before"): "24h"}),
        (["5m"], ("before", "week", "year"), {}),
    ],
)
def test_by_hand(windows: list[str], hold: tuple[Against, ...], expected: dict[tuple[str, str], str]) -> None:
    assert compared(wanted(windows, hold)) == expected


def test_both_are_of_the_same_hours_of_the_week() -> None:
    chosen = wanted(["24h", "7d"], ("week", "year"))
    for each in comparisons(grid(chosen), chosen.scoring.windows):
        before, now = each.ends(400 * DAY + 5 * HOUR + 70_000)
        assert now == (400 * DAY + 5 * HOUR if each.level == 2 else 400 * DAY)
        if each.against != "before":
            assert (now - before) % (7 * DAY) == 0


_windows = st.lists(
    st.integers(1, 40).map(lambda n: n * HOUR) | st.integers(1, 40).map(lambda n: n * DAY) | st.just(10_000),
    min_size=1,
    max_size=4,
    unique=True,
)


@given(_windows, st.sampled_from(HOLDS), st.sampled_from([10_000, 600_000, HOUR]), st.integers(10**8, 2 * 10**8))
def test_what_is_compared_is_held_at_every_tick(
    windows: list[int], hold: tuple[Against, ...], step: int, at: int
) -> None:
    chosen = wanted([w for w in windows if w >= step] or [DAY], hold, step)
    cut, tick = grid(chosen), at * 10_000 // step * step
    for each in [*comparisons(cut, chosen.scoring.windows), *month(cut)]:
        before, now = each.ends(tick)
        assert cut.held(each.level, tick) <= before - each.window
        assert 0 <= tick - now < LEVELS[each.level]
        assert before <= now - each.window, "they do not overlap"


@given(_windows, st.sampled_from(HOLDS))
def test_what_is_held_for_a_comparison_is_enough_for_it(windows: list[int], hold: tuple[Against, ...]) -> None:
    chosen = wanted(windows, hold)
    found = {(each.window, each.against) for each in comparisons(grid(chosen), windows)}
    week, year = 7 * DAY, 364 * DAY
    for window in windows:
        in_days = window % DAY == 0
        if window % HOUR == 0 and (in_days or window < week):
            assert "before" not in hold or (window, "before") in found
            assert "week" not in hold or window >= week or (window, "week") in found
            assert "week" not in hold or window != week or (window, "before") in found
        assert "year" not in hold or not in_days or window >= year or (window, "year") in found


def test_who_asks_for_nothing_holds_no_more_than_the_windows_need() -> None:
    chosen, week, year = (wanted(["5m", "1h", "24h", "7d"], hold) for hold in ((), ("week",), ("year",)))
    hours = [grid(each).keeps(0)[2] // DAY for each in (chosen, week, year)]
    days = [grid(each).keeps(0)[3] // DAY for each in (chosen, week, year)]
    assert hours == [7, 8, 7]
    assert days == [8, 15, 372]
    none = msgspec.structs.replace(chosen, growth=Growth(hold=()))
    assert grid(none).keeps(0) == grid(chosen).keeps(0) == (HOUR + 10_000, DAY + 300_000, 7 * DAY + HOUR, 8 * DAY)


def test_months_are_there_where_60_days_are_held() -> None:
    assert month(grid(wanted(["7d", "30d"]))) == []
    for chosen in (wanted(["7d", "90d"]), wanted(["30d"], ("before",)), wanted(["24h"], ("year",))):
        (found,) = month(grid(chosen))
        assert (found.window, found.apart, found.level) == (30 * DAY, 30 * DAY, 3)
