"""Window totals of one dimension: panes of all source partitions, summed, and kept up to date by differences.

        ┌──────────── 24h ────────────┐
        │                    ┌── 1h ──┤
    ────┴───────────┬────────┴────────┴──► event time
       coarse panes   5 min     10 s  tick

A pane's snapshot replaces the one before it of the same source partition. All sums are of integers: the order in which
snapshots come makes no difference.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence

import numpy as np

from streams.events.columns import Ints
from streams.messages import PaneSnapshot
from streams.panes.levels import LEVELS, Grid
from streams.scoring.contributions import Contribution, Values


class Windows:
    """The totals [windows × values × measures] at the current tick, the end of all windows."""

    def __init__(self, grid: Grid, measures: Sequence[str]) -> None:
        self._grid = grid
        self.windows = grid.windows
        self.values = Values(measures)
        self.tick: int | None = None
        self._held: list[int] = []  # ms, by level: from where on nothing coarser is held at the tick
        self._panes: dict[tuple[int, int], dict[int, Contribution]] = {}
        self._starts: tuple[list[int], ...] = tuple([] for _ in LEVELS)
        self._coarse: dict[tuple[int, int, int], Contribution] = {}  # rolled up there, still needed fine here
        self._totals: Ints = np.zeros((len(self.windows), 16, len(measures)), dtype=np.int64)
        #: [values × measures]: what the panes that end after the last tick but one, and by the last, have counted.
        self.gained: Ints = np.zeros((0, len(measures)), dtype=np.int64)

    def __len__(self) -> int:
        """How many panes are held, each source partition's by itself."""
        return sum(map(len, self._panes.values())) + len(self._coarse)

    @property
    def totals(self) -> Ints:
        """[windows × values × measures]."""
        self._make_room()
        return self._totals[:, : len(self.values.names)]

    def latest(self, until: int) -> int | None:
        """Start (ms) of the latest pane of the finest level that does not start after `until`."""
        starts = self._starts[self._grid.finest]
        number = bisect_right(starts, until)
        return starts[number - 1] if number else None

    @property
    def earliest(self) -> int | None:
        """Start (ms) of the earliest pane there is."""
        return min((starts[0] for starts in self._starts if starts), default=None)

    def begin(self, tick: int) -> None:
        """Set the end of all windows, and sum them anew."""
        self._come_to(tick)
        self._roll_up_due()
        self._totals[:] = 0
        for index, window in enumerate(self.windows):
            self._sum(self._totals[index], self._grid.start(window, tick), -(2**62), tick, 1)

    def advance(self, tick: int) -> None:
        """Move the end of all windows on to `tick` (ms)."""
        assert self.tick is not None
        self._move(self._totals, tick)
        self.gained = np.zeros_like(self.totals[0])
        self._sum(self.gained, -(2**62), self.tick, tick, 1)
        self._come_to(tick)
        self._roll_up_due()
        self._drop_before(self._held[-1] - LEVELS[-1])

    def ahead(self, end: int) -> Ints:
        """The totals [windows × values × measures] of windows that end at `end` (ms), the tick or later."""
        totals = self.totals.copy()
        self._move(totals, end)
        return totals

    def daily(self) -> tuple[int, Ints]:
        """What the longest window has, by the day (UTC) in which it lies: where it starts (ms), and [days × values ×
        measures]."""
        assert self.tick is not None
        start, day = self._grid.start(max(self.windows), self.tick), LEVELS[-1]
        begins = range(start // day * day, self.tick, day)
        return start, np.stack([self.between(max(each, start), min(each + day, self.tick)) for each in begins])

    def between(self, start: int, end: int) -> Ints:
        """[values × measures]: what the panes that lie within [start, end) (ms) have counted."""
        total = np.zeros((len(self.values.names), len(self.values.measures)), dtype=np.int64)
        self._sum(total, start, -(2**62), end, 1)
        return total

    def holds(self, start: int, level: int) -> bool:
        """Is all from `start` (ms) on held, in panes no coarser than `level`? So it is not of the time before the first
        pane: nobody knows whether that was counted."""
        coarser = zip(self._starts[level + 1 :], LEVELS[level + 1 :], strict=True)
        earliest = self.earliest
        return (
            earliest is not None
            and earliest < start
            and not any(starts and starts[-1] + span > start for starts, span in coarser)
        )

    def seen(self, partition: int, start: int) -> int | None:
        """The watermark (ms) that a source partition had when it last said what is in its finest pane at `start`."""
        known = self._panes.get((self._grid.finest, start), {}).get(partition)
        return known.watermark if known is not None else None

    def offer(self, snapshot: PaneSnapshot) -> None:
        """Take a snapshot of this dimension's part of a pane; one that has seen less than what is known is ignored."""
        key = snapshot.level, snapshot.start
        waiting = self._coarse.get((snapshot.partition, *key))
        known = waiting or self._panes.get(key, {}).get(snapshot.partition)
        if known is not None and not known.is_within(snapshot):
            return
        if known is None and self._is_covered(snapshot):
            return
        contribution = self._contribution(snapshot)
        if snapshot.level == self._grid.finest or (known is not None and waiting is None):
            self._put(contribution)
        elif self._has_finer(snapshot) and (self.tick is None or not self._is_due(*key)):
            self._coarse[snapshot.partition, snapshot.level, snapshot.start] = contribution
        else:
            self._coarse.pop((snapshot.partition, *key), None)  # an older one, not yet rolled up
            self._roll_up(contribution, snapshot.level)

    def _is_covered(self, snapshot: PaneSnapshot) -> bool:
        """Is it in a coarser pane of its source partition already? So it is when a worker was killed after rolling up,
        and its successor has not come so far again."""
        for level in range(snapshot.level + 1, len(LEVELS)):
            start = snapshot.start // LEVELS[level] * LEVELS[level]
            if snapshot.partition in self._panes.get((level, start), {}):
                return True
            waiting = self._coarse.get((snapshot.partition, level, start))
            if waiting is not None and waiting.has_seen(snapshot):
                return True
        return False

    def _come_to(self, tick: int) -> None:
        self.tick = tick
        self._held = [self._grid.held(level, tick) for level in range(len(LEVELS))]

    def _is_due(self, level: int, start: int) -> bool:
        """Is this pane over, and does nobody need anything finer at its place any more?"""
        return start + LEVELS[level] <= self._held[level - 1]

    def _has_finer(self, snapshot: PaneSnapshot) -> bool:
        end = snapshot.start + LEVELS[snapshot.level]
        return any(
            snapshot.partition in self._panes[level, pane]
            for level in range(snapshot.level)
            for pane in self._between(level, snapshot.start, end)
        )

    def _roll_up_due(self) -> None:
        for partition, level, start in [k for k in self._coarse if self._is_due(k[1], k[2])]:
            self._roll_up(self._coarse.pop((partition, level, start)), level)

    def _roll_up(self, parent: Contribution, level: int) -> None:
        """Put a coarse pane in the place of the finer ones of its source partition that went into it."""
        start, partition = parent.start, parent.partition
        for finer in range(level):
            for child in self._between(finer, start, start + LEVELS[level]):
                self._remove((finer, child), partition)
        self._put(parent)

    def _contribution(self, snapshot: PaneSnapshot) -> Contribution:
        (counts,) = snapshot.counts.values()
        contribution = Contribution(self.values.counted(snapshot.measures, counts), snapshot)
        self._make_room()
        return contribution

    def _make_room(self) -> None:
        room = self._totals.shape[1]
        missing = len(self.values.names) - room
        if missing > 0:
            self._totals = np.pad(self._totals, ((0, 0), (0, max(room, missing)), (0, 0)))

    def _put(self, contribution: Contribution) -> None:
        key = contribution.level, contribution.start
        self._remove(key, contribution.partition)
        if key not in self._panes:
            self._panes[key] = {}
            insort(self._starts[key[0]], key[1])
        self._panes[key][contribution.partition] = contribution
        self._apply(key, contribution, 1)

    def _remove(self, key: tuple[int, int], partition: int) -> None:
        pane = self._panes.get(key)
        if pane is None or partition not in pane:
            return
        self._apply(key, pane.pop(partition), -1)
        if not pane:
            self._forget(key)

    def _forget(self, key: tuple[int, int]) -> None:
        del self._panes[key]
        starts = self._starts[key[0]]
        del starts[bisect_left(starts, key[1])]

    def _apply(self, key: tuple[int, int], contribution: Contribution, sign: int) -> None:
        """Add a contribution to the windows that its pane lies in."""
        if self.tick is None:
            return
        level, start = key
        for index, window in enumerate(self.windows):
            if self._grid.start(window, self.tick) <= start and start + LEVELS[level] <= self.tick:
                contribution.add_to(self._totals[index], sign)

    def _move(self, totals: Ints, end: int) -> None:
        """Make of totals at the tick those of windows that end at `end`, by what comes in and what goes out."""
        assert self.tick is not None
        for index, window in enumerate(self.windows):
            start, new = self._grid.start(window, self.tick), self._grid.start(window, end)
            self._sum(totals[index], new, self.tick, end, 1)
            self._sum(totals[index], start, -(2**62), self.tick, -1, until=new)

    def _sum(self, total: Ints, start: int, after: int, end: int, sign: int, until: int | None = None) -> None:
        """Add to one window's total the panes that start at `start` or later (and before `until`) and end within
        (after, end].

        A pane is in a window whole or not at all: one that comes before the tick has passed its end waits for that.
        """
        for level, span in enumerate(LEVELS):
            last = end - span + 1 if until is None else min(until, end - span + 1)
            for pane in self._between(level, max(start, after - span + 1), last):
                for contribution in self._panes[level, pane].values():
                    contribution.add_to(total, sign)

    def _between(self, level: int, start: int, end: int) -> list[int]:
        starts = self._starts[level]
        return starts[bisect_left(starts, start) : bisect_left(starts, end)]

    def _drop_before(self, start: int) -> None:
        for level, starts in enumerate(self._starts):
            for pane in starts[: bisect_left(starts, start)]:
                self._forget((level, pane))
