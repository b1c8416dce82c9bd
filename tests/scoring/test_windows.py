"""The totals, kept by differences, are those that adding everything up would give; whenever what comes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from streams.messages import PaneSnapshot
from streams.panes.earlier import comparisons
from streams.panes.levels import LEVELS, Grid, Reach
from streams.scoring.windows import Windows

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
START = 1_767_225_600_000
MEASURES = ["a", "b"]
Offer = tuple[int, int, int, int, list[tuple[str, int]]]  # partition, level, place, how much it has seen, values

_values = st.lists(st.tuples(st.sampled_from("xyz"), st.integers(1, 9)), max_size=3, unique_by=lambda pair: pair[0])
_offers = st.tuples(st.integers(0, 1), st.integers(0, 3), st.integers(0, 40), st.integers(0, 5), _values)
_steps = st.sampled_from([10_000, 10_000, 60_000, 5 * MINUTE, 20 * MINUTE, 5 * HOUR, 2 * DAY])


def snapshot(partition: int, level: int, start: int, seen: int, values: list[tuple[str, int]]) -> PaneSnapshot:
    return PaneSnapshot(
        partition=partition,
        level=level,
        start=start,
        watermark=seen,
        offsets={"clicks": seen},
        measures=MEASURES,
        counts={"d": {value: [count, 2 * count] for value, count in values}},
    )


class Plain:
    """The panes by a dict, added up anew each time. A coarse pane waits until nothing finer is needed in its place."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.panes: dict[tuple[int, int, int], PaneSnapshot] = {}  # partition, level, start
        self.tick = START

    def offer(self, new: PaneSnapshot) -> None:
        key = new.partition, new.level, new.start
        old = self.panes.get(key)
        if old is None or new.watermark >= old.watermark:
            self.panes[key] = new

    def in_place(self) -> Iterator[PaneSnapshot]:
        """Of the panes over one stretch of time of one partition: the coarsest that is due, or alone there."""
        for (partition, level, start), pane in self.panes.items():
            end = start + LEVELS[level]
            coarser = [self.panes.get((partition, k, start // LEVELS[k] * LEVELS[k])) for k in range(level + 1, 4)]
            finer = any(p == partition and k < level and start <= s < end for p, k, s in self.panes)
            if not any(c is not None and self.is_due(c) for c in coarser) and (not finer or self.is_due(pane)):
                yield pane

    def is_due(self, pane: PaneSnapshot) -> bool:
        end = pane.start + LEVELS[pane.level]
        finer = [w for w in self.grid.windows if self.grid.granule(w) < pane.level]
        beyond = [(self.tick - span) // LEVELS[level] * LEVELS[level] for span, level in BEYOND if level < pane.level]
        starts = [self.grid.start(w, self.tick) for w in finer] + (beyond if self.grid is HELD else [])
        return end <= self.tick and all(end <= start for start in starts)

    def between(self, start: int, end: int) -> Counter[tuple[str, str]]:
        out: Counter[tuple[str, str]] = Counter()
        for pane in self.in_place():
            if start <= pane.start and pane.start + LEVELS[pane.level] <= end:
                for value, row in pane.counts["d"].items():
                    out.update({(value, m): n for m, n in zip(MEASURES, row, strict=True)})
        return out

    def totals(self, window: int) -> Counter[tuple[str, str]]:
        return self.between(self.grid.start(window, self.tick), self.tick)


def totals(windows: Windows, index: int) -> Counter[tuple[str, str]]:
    table = windows.totals[index]
    assert (table >= 0).all()
    return Counter(
        {(v, m): int(table[i, j]) for i, v in enumerate(windows.values.names) for j, m in enumerate(MEASURES)}
    )


def assert_equal(windows: Windows, plain: Plain) -> None:
    for index, window in enumerate(windows.windows):
        assert totals(windows, index) == plain.totals(window), f"{window} at {(plain.tick - START) / 1000} s"


def assert_daily(windows: Windows, plain: Plain) -> None:
    """Day by day the longest window's panes, each in the day that it lies in."""
    longest = max(plain.grid.windows)
    begin = plain.grid.start(longest, plain.tick)
    expected: Counter[tuple[int, str]] = Counter()
    for pane in plain.in_place():
        if begin <= pane.start and pane.start + LEVELS[pane.level] <= plain.tick:
            for value, row in pane.counts["d"].items():
                expected[pane.start // DAY - begin // DAY, value] += row[0]
    start, counts = windows.daily()
    assert start == begin
    assert +expected == Counter(
        {(day, v): int(n[i, 0]) for day, n in enumerate(counts) for i, v in enumerate(windows.values.names) if n[i, 0]}
    )


def assert_earlier(windows: Windows, plain: Plain) -> None:
    """What earlier windows have, wherever it is held in panes that are fine enough."""
    for each in comparisons(plain.grid, plain.grid.windows):
        for end in each.ends(plain.tick):
            start = end - each.window
            here = [p for p in plain.in_place() if p.start < end and p.start + LEVELS[p.level] > start]
            if windows.holds(start, each.level):
                assert all(p.level <= each.level for p in here), "it can be cut there"
                assert any(p.start < start for p in plain.in_place()), "it was counted before"
                expected, found = plain.between(start, end), windows.between(start, end)
                named = {(v, m): int(found[i, j]) for i, v in enumerate(windows.values.names) for j, m in NUMBERED}
                assert Counter(named) == expected


NUMBERED = list(enumerate(MEASURES))
BEYOND = [Reach(8 * DAY, 2), Reach(20 * DAY, 3)]
HELD = Grid([HOUR, DAY, 7 * DAY], 10_000, BEYOND)
GRIDS = [Grid([5 * MINUTE, HOUR, DAY, 7 * DAY], 10_000), Grid([DAY, 7 * DAY], 10_000), Grid([7 * DAY], MINUTE), HELD]


@settings(max_examples=400)
@given(st.sampled_from(GRIDS), st.lists(_offers | _steps, max_size=30))
def test_single_panes_of_any_level(grid: Grid, moves: list[Offer | int]) -> None:
    """No two levels in one place: a partition's place belongs to the level that comes there first."""
    windows, plain = Windows(grid, MEASURES), Plain(grid)
    windows.begin(START)
    taken: dict[tuple[int, int], int] = {}
    for move in moves:
        if isinstance(move, int):
            plain.tick += move
            windows.advance(plain.tick)
        else:
            partition, level, place, seen, values = move
            start = START + (place - 20) * LEVELS[level] // 4 // LEVELS[level] * LEVELS[level]
            if taken.setdefault((partition, start // DAY), level) == level:
                said = snapshot(partition, level, start, seen, values)
                windows.offer(said)
                plain.offer(said)
        assert_equal(windows, plain)
        assert_daily(windows, plain)
        assert_earlier(windows, plain)


@settings(max_examples=400)
@given(st.sampled_from(GRIDS), st.lists(st.tuples(st.integers(0, 59), _values), min_size=1, max_size=8), st.data())
@example(GRIDS[2], [(0, [("x", 1)])], None).via("a coarse pane ahead of the tick")
def test_rolled_up_early_or_late(
    grid: Grid, fine: list[tuple[int, list[tuple[str, int]]]], data: st.DataObject | None
) -> None:
    """Ten minutes of fine panes, then the two or three levels that come of them, the tick being anywhere meanwhile."""
    windows, plain = Windows(grid, MEASURES), Plain(grid)
    windows.begin(START)
    rolled: dict[tuple[int, int], Counter[str]] = {}
    offers = []
    for place, values in dict(fine).items():
        start = START + place * 10_000
        offers.append(snapshot(0, 0, start, 1, values))
        for level in (1, 2, 3):
            rolled.setdefault((level, start // LEVELS[level] * LEVELS[level]), Counter()).update(dict(values))
    offers += [
        snapshot(0, level, start, 1 + level, list(sums.items())) for (level, start), sums in sorted(rolled.items())
    ]
    for offer in offers:
        for move in data.draw(st.lists(_steps, max_size=3)) if data is not None else [10_000]:
            plain.tick += move
            windows.advance(plain.tick)
            assert_equal(windows, plain)
        windows.offer(offer)
        plain.offer(offer)
        assert_equal(windows, plain)
        assert_earlier(windows, plain)
    for move in (10_000, HOUR, DAY, 8 * DAY):
        plain.tick += move
        windows.advance(plain.tick)
        assert_equal(windows, plain)
        assert_earlier(windows, plain)
    assert not windows.totals.any()


def test_a_finer_pane_behind_its_coarser_one_is_from_a_worker_that_woke_late() -> None:
    windows = Windows(GRIDS[0], MEASURES)
    windows.begin(START)
    windows.offer(snapshot(0, 0, START, 1, [("x", 1)]))
    windows.advance(START + 3 * HOUR)
    windows.offer(snapshot(0, 1, START, 2, [("x", 2)]))
    windows.offer(snapshot(0, 0, START, 1, [("x", 1)]))
    assert totals(windows, 2) == {("x", "a"): 2, ("x", "b"): 4}


@given(st.permutations([1, 2, 3, 4]))
def test_the_snapshot_that_has_seen_most_stands(order: list[int]) -> None:
    windows = Windows(GRIDS[0], MEASURES)
    windows.begin(START + 10_000)
    for seen in order:
        windows.offer(snapshot(0, 0, START, seen, [("x", seen)]))
    assert np.array_equal(windows.totals[0], [[4, 8]])


def test_a_coarse_pane_that_came_before_the_first_tick_is_in_it_and_gives_way_to_a_newer_one() -> None:
    windows, tick = Windows(GRIDS[0], MEASURES), START + 3 * HOUR
    windows.offer(snapshot(0, 0, START, 1, [("x", 1)]))
    windows.offer(snapshot(0, 1, START, 2, [("x", 2)]))  # rolled up, with one that came late
    windows.begin(tick)
    assert totals(windows, 2) == {("x", "a"): 2, ("x", "b"): 4}
    windows.offer(snapshot(0, 1, START, 3, [("x", 3)]))
    windows.advance(tick + 10_000)
    assert totals(windows, 2) == {("x", "a"): 3, ("x", "b"): 6}
