"""Provisional counts of the events that still wait for the watermark, for those who would see them at once.

        exact: whole panes, in order      early: as it came
    ───────────────────────────────────┤├──────────────────────► event time
                                   watermark                 now

They are made by the same steps as the exact ones, but of events in the order of their arrival; where that makes a
difference, it goes as soon as the watermark has passed. Nothing that lasts is made of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from streams.events.columns import Columns, Ints, in_order
from streams.panes.codec import Counts, named
from streams.panes.counting import Counting
from streams.panes.levels import LEVELS
from streams.panes.pane import Pane
from streams.panes.tally import tally

PANE = LEVELS[0]


class Told(NamedTuple):
    """Provisional counts, by start (ms) of a pane of the finest level: only measures that some of them has any of."""

    measures: list[str]
    panes: dict[int, Counts]


NOTHING = Told([], {})


class Early:
    """By start (ms) of a pane of the finest level: what the events in it that were read already count."""

    def __init__(self, exact: Counting, horizon: int, measures: Sequence[str], waiting: Iterable[Columns]) -> None:
        """`exact` knows all before the watermark; `waiting`: the events read since, at most `horizon` ms apart."""
        self._exact = exact
        self._counting = exact.copy(horizon)
        self._names = measures
        self._panes: dict[int, Pane] = {}
        read = [events for events in waiting if len(events)]
        if read:
            self.add(in_order(read))

    def add(self, events: Columns) -> None:
        """These have come, in order of their times, and wait for the watermark."""
        seen = self._exact.dedupe.has(events.ident, events.time)
        events = events[np.flatnonzero(~seen)] if seen.any() else events
        new = np.zeros(len(events), dtype=np.bool_)
        counted, _ = self._counting.count(events, new, new)
        starts = counted.events.time // PANE
        first = int(starts.min()) if len(starts) else 0
        pane = starts - first
        size = int(pane.max(initial=0)) + 1, len(self._counting.membership.registry), len(self._names)
        for increments in counted.increments:
            for number, ids, counts in tally(pane, counted.member, increments, size):
                self._panes.setdefault((first + number) * PANE, Pane(len(self._names))).add(ids, counts)

    def learn(self, profiles: Columns) -> None:
        """These hold from now on, and have always been so."""
        self._counting.membership.known.learn(profiles)

    def passed(self, watermark: int) -> None:
        """What is before the watermark (ms) is counted exactly now."""
        for start in [start for start in self._panes if start < watermark]:
            del self._panes[start]
        self._counting.dedupe.forget(watermark)
        self._counting.membership.history.forget(watermark)

    def counts(self, until: int) -> Told:
        """Those of the panes that start before `until` (ms): a clock that is fast must not move all."""
        registry = self._counting.membership.registry
        panes = {start: pane for start, pane in sorted(self._panes.items()) if start < until}
        some = sorted({int(c) for pane in panes.values() for c in np.flatnonzero(pane.counts.any(axis=0))})
        return Told([self._names[c] for c in some], {start: named(p, some, registry) for start, p in panes.items()})

    def grow(self, visitors: int) -> None:
        """Make room for visitor rows up to `visitors`."""
        self._counting.grow(visitors)

    def release(self, visitors: Ints) -> None:
        """These rows are to be other visitors'."""
        self._counting.release(visitors)
