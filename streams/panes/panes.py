"""All panes of one source partition: counting into them, rolling them up, and what of them must be written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from streams.events.columns import Bools
from streams.kpis.measures import Measures
from streams.messages import PaneSnapshot
from streams.panes import codec
from streams.panes.counting import Counted
from streams.panes.levels import LEVELS, Grid
from streams.panes.pane import Pane
from streams.panes.tally import tally
from streams.segments.membership import Membership

Key = tuple[int, int]  # level, start

_SLACK = 3_600_000  # ms that source partitions may be apart when the scorer has to begin again
_SPANS = np.array(LEVELS, dtype=np.int64)


class Change(NamedTuple):
    """A pane to write: its snapshot, or None where it is gone (rolled up or expired)."""

    key: Key
    snapshot: PaneSnapshot | None
    value: bytes | None
    dimensions: tuple[str, ...]  # those it has, or had, counts of


class Panes:
    """The panes of one source partition, by level and start.

    `_open` holds those being counted into; all others lie packed in `_packed`, as they were last written.
    `_rolled[k]` is the time before which all is held at level k or coarser; `_rolled[-1]` (past the last level) that
    before which nothing is held.
    """

    def __init__(self, partition: int, membership: Membership, measures: Measures, grid: Grid) -> None:
        self._partition = partition
        self._membership = membership
        self._measures = measures
        self._finest = grid.finest
        self.span = LEVELS[grid.finest]  # ms of those that are counted into, mostly
        self._keeps = grid.keeps(_SLACK)
        self._packed: dict[Key, bytes] = {}
        self._open: dict[Key, Pane] = {}
        self._dirty: set[Key] = set()
        self._dropped: dict[Key, tuple[str, ...]] = {}
        self._rolled = [-(2**62)] * (len(LEVELS) + 1)
        #: Of the panes loaded: the last offset by topic, and the last watermark, that went into any of them.
        self.offsets: dict[str, int] = {}
        self.watermark = -(2**62)

    def load(self, records: Mapping[Key, bytes]) -> None:
        """Begin with the panes last written. They say themselves how far they have been rolled up."""
        self._packed = dict(records)
        for head in map(codec.head, records.values()):
            self.watermark = max(self.watermark, head.watermark)
            for topic, offset in head.offsets.items():
                self.offsets[topic] = max(self.offsets.get(topic, -1), offset)
        for level, start in records:
            for finer in range(1, level + 1):  # all before a rolled-up pane's end has been rolled up
                self._rolled[finer] = max(self._rolled[finer], start + LEVELS[level])
        for key in [k for k in self._packed if k[1] < self._rolled[k[0] + 1]]:
            self._drop(key)  # a crash came between its roll-up and its removal

    @property
    def changed(self) -> int:
        """How many are to be written, before any are rolled up."""
        return len(self._dirty)

    def add(self, counted: Counted, told: Bools) -> None:
        """Count.

        Events that have been `told` or that a pane already contains are skipped; so are those so old that their pane
        has gone: they were counted when it was there, and come by again only where a topic has been quiet for as long.
        """
        events = counted.events
        level = np.full(len(events), self._finest, dtype=np.int64)
        for k in range(self._finest + 1, len(LEVELS)):
            level[events.time < self._rolled[k]] = k
        start = events.time // _SPANS[level] * _SPANS[level]
        keys, first, pane = np.unique(start * len(LEVELS) + level, return_index=True, return_inverse=True)
        panes = [self._pane((int(level[i]), int(start[i]))) for i in first]
        fresh = (events.time >= self._rolled[-1]) & ~told
        for number in [n for n, p in enumerate(panes) if p.offsets]:
            at = np.flatnonzero(pane == number)
            fresh[at] &= ~panes[number].contains(events.topic[at], events.offset[at], events.time[at])
        size = len(keys), len(self._membership.registry), len(self._measures.names)
        for increments in counted.increments:
            new = increments if fresh.all() else increments.of(fresh)
            for number, ids, counts in tally(pane, counted.member, new, size):
                panes[number].add(ids, counts)
                self._dirty.add((int(level[first[number]]), int(start[first[number]])))

    def _pane(self, key: Key) -> Pane:
        pane = self._open.get(key)
        if pane is None:
            packed = self._packed.get(key)
            pane = self._unpacked(packed) if packed is not None else Pane(len(self._measures.names))
            self._open[key] = pane
        return pane

    def _unpacked(self, packed: bytes) -> Pane:
        membership = self._membership
        return codec.restored(
            codec.decode(packed), membership.registry, dict.fromkeys(membership.dimensions), self._measures
        )

    def changes(self, offsets: Mapping[int, int], watermark: int) -> list[Change]:
        """All panes that differ from what was last written; then, rolled up, what has come of age, and what is gone.

        `offsets` (topic rank -> last offset read) and `watermark` say what the panes contain now. To be written in
        this order: a finer pane is there before it goes into a coarser one, which is there before the finer vanishes;
        and of those that are new, the earlier first, as a coarse pane means that all before its end has been rolled up.
        """
        out = self._written(offsets, watermark)
        self._roll_up(watermark)
        out += self._written(offsets, watermark)
        out += [Change(key, None, None, dimensions) for key, dimensions in self._dropped.items()]
        self._dropped.clear()
        for key in [k for k in self._open if k[1] + LEVELS[k[0]] <= watermark]:
            del self._open[key]
        return out

    def _written(self, offsets: Mapping[int, int], watermark: int) -> list[Change]:
        out = []
        for key in sorted(self._dirty, key=lambda key: (key[1], key[0])):
            pane = self._open[key]
            pane.offsets, pane.watermark = dict(offsets), watermark
            snapshot = codec.snapshot(
                pane,
                partition=self._partition,
                level=key[0],
                start=key[1],
                registry=self._membership.registry,
                measures=self._measures,
            )
            value = codec.encode(snapshot)
            self._packed[key] = value
            out.append(Change(key, snapshot, value, tuple(snapshot.counts)))
        self._dirty.clear()
        return out

    def _roll_up(self, watermark: int) -> None:
        before = list(self._rolled)
        self._move_boundaries(watermark)
        if self._rolled == before:
            return
        for level in range(len(LEVELS) - 1):
            for key in [k for k in {*self._packed, *self._open} if k[0] == level and k[1] < self._rolled[level + 1]]:
                child = self._pane(key)
                parent = (level + 1, key[1] // LEVELS[level + 1] * LEVELS[level + 1])
                if len(child.ids):
                    self._pane(parent).add(child.ids, child.counts)
                    self._dirty.add(parent)
                self._drop(key)
        last = len(LEVELS) - 1
        for key in [k for k in {*self._packed, *self._open} if k[0] == last and k[1] + LEVELS[-1] <= self._rolled[-1]]:
            self._drop(key)

    def _move_boundaries(self, watermark: int) -> None:
        for level in range(1, len(LEVELS)):
            boundary = (watermark - self._keeps[level - 1]) // LEVELS[level] * LEVELS[level]
            self._rolled[level] = max(self._rolled[level], boundary)
        self._rolled[-1] = max(self._rolled[-1], (watermark - self._keeps[-1]) // LEVELS[-1] * LEVELS[-1])

    def _drop(self, key: Key) -> None:
        packed = self._packed.pop(key, None)
        self._open.pop(key, None)
        self._dirty.discard(key)
        if packed is not None:
            self._dropped[key] = tuple(codec.decode(packed).counts)
