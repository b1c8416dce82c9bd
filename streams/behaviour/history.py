"""What each visitor did, as far back as rules ask for it, and which rule holds at the time of each event.

                    bucket of the event
    ──┬────────┬────────┬──x─────┬──►      in 2d: at least two days, up to one bucket more
      └─ from here to the event ─┘

Only what came before an event in order tells where it belongs: it never moves itself. Whether it came long before or in
the same batch makes no difference.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence

import numpy as np

from streams.behaviour import records
from streams.behaviour.adding import Adding
from streams.behaviour.buckets import Buckets
from streams.behaviour.records import Rows, Track
from streams.behaviour.rules import Quantity, Rule, holds, quantities
from streams.behaviour.shards import Marked, Shards
from streams.events.columns import NOBODY, Bools, Columns, Ints
from streams.events.mark import Mark, mark_of


class History:
    """The history of one source partition's visitors, by row, and the rules of each behaviour dimension."""

    def __init__(self, rules: Mapping[str, Sequence[Rule]], names: Sequence[str]) -> None:
        """`rules` by dimension; `names` of the visitors by row, more of them as they come."""
        self._rules = rules
        self._asked = sorted({q for of in rules.values() for rule in of for q in quantities(rule)})
        self._tracks: dict[Track, Buckets] = {(q.measure, q.unit): Buckets(q.unit) for q in self._asked}
        self._adding = {measure: Adding(measure) for measure, _ in self._tracks}
        self._span = {track: max(q.unit * q.length for q in self._asked if q[:2] == track) for track in self._tracks}
        self._names = names
        self._shards: Shards | None = Shards(names)  # None: it is never written
        self._dropped: list[int] = []  # shards written of old, when there were rules

    def __bool__(self) -> bool:
        """Does any dimension ask for it?"""
        return bool(self._rules)

    def __len__(self) -> int:
        return sum(map(len, self._tracks.values()))

    def copy(self) -> History:
        """The same, to go its own way from here; it is never written."""
        other = copy.copy(self)
        other._tracks, other._shards = {track: copy.copy(each) for track, each in self._tracks.items()}, None
        return other

    def judge(self, events: Columns) -> dict[str, Ints]:
        """By dimension, of each event in order, the index of the first rule that holds; then they are history.

        Where none holds it is the number of rules, and one more where the event has no visitor.
        """
        order = np.argsort(events.visitor, kind="stable")
        events = events[order]
        amounts = self._take(events, self._asked)
        out = {}
        for dimension, rules in self._rules.items():
            found = np.full(len(events), len(rules), dtype=np.int64)
            for index in reversed(range(len(rules))):
                found[holds(rules[index], amounts)] = index
            found[events.visitor == NOBODY] = len(rules) + 1
            out[dimension] = np.empty_like(found)
            out[dimension][order] = found
        return out

    def add(self, events: Columns) -> None:
        """Take events in order of which nobody asks where they belong."""
        self._take(events[np.argsort(events.visitor, kind="stable")], ())

    def _take(self, events: Columns, asked: Sequence[Quantity]) -> dict[Quantity, Ints]:
        """Add events, by visitor and of each in order; what of `asked` there was before each of them."""
        visitor = events.visitor.astype(np.int64)
        new = visitor != NOBODY
        if self._shards is not None:
            new &= ~self._shards.contain(events)
        adds = {measure: np.where(new, adding.of(events), 0) for measure, adding in self._adding.items()}
        out = {}
        for track, buckets in self._tracks.items():
            bucket = buckets.bucket(events.time)
            amount = np.where(bucket >= buckets.oldest, adds[track[0]], 0)
            keys = buckets.keys(visitor, bucket)
            until = np.append(0, np.cumsum(amount))
            mine = [quantity for quantity in asked if quantity[:2] == track]
            firsts = [buckets.keys(visitor, bucket - quantity.length) for quantity in mine]
            for quantity, first, before in zip(mine, firsts, buckets.between(firsts, keys), strict=True):
                out[quantity] = before + until[:-1] - until[np.searchsorted(keys, first)]
            some = np.flatnonzero(amount)
            buckets.add(keys[some], amount[some])
            if self._shards is not None:
                self._shards.touch(events.visitor[some])
        return out

    def forget(self, watermark: int) -> None:
        """Drop what no event after `watermark` (ms) can depend on."""
        for track, buckets in self._tracks.items():
            buckets.forget(watermark - self._span[track])

    def release(self, visitors: Ints) -> None:
        """These rows, of which nothing is kept, are to be other visitors'."""
        if self._shards is not None:
            self._shards.forget(visitors)

    def any_of(self, visitors: Ints) -> Bools:
        """Of which visitor rows is anything kept?"""
        out = np.zeros(len(visitors), dtype=np.bool_)
        for buckets in self._tracks.values():
            out |= buckets.any_of(visitors)
        return out

    # -- what is written of it: see shards ---------------------------------------------------------------------

    def load(self, written: Mapping[int, bytes], said: Sequence[Marked], stood: Mark | None, rows: Rows) -> None:
        """Begin with the shards `written` (by number), and what a predecessor, which `stood` there, has `said` of them.

        `rows`: of visitors by name.
        """
        assert self._shards is not None
        if not self:
            self._dropped = list(written)
            return
        self._shards.load({shard: mark_of(value) for shard, value in written.items()}, said, stood)
        found = {shard: records.decode(value, rows) for shard, value in written.items()}
        for shard, (visitors, tracks) in found.items():
            self._shards.place(visitors, shard, changed=tracks.keys() != self._tracks.keys())
        for track, buckets in self._tracks.items():
            parts = [tracks[track] for _, tracks in found.values() if track in tracks]
            if parts:
                visitor, bucket, amount = map(np.concatenate, zip(*parts, strict=True))
                buckets.add(buckets.keys(visitor, bucket), amount)

    def due(self, now: Mark) -> dict[int, bytes | None]:
        """The shards to write now (None: nothing is kept of it), which then contain the events of `now`."""
        assert self._shards is not None
        dropped, self._dropped = self._dropped, []
        out: dict[int, bytes | None] = dict.fromkeys(dropped)
        for shard in self._shards.due(now) if self else ():
            out[shard] = records.encode(now, self._shards.visitors(shard), self._names, self._tracks)
        return out

    def marked(self) -> list[Marked]:
        """What a successor is to be told of the shards."""
        return self._shards.marked() if self and self._shards is not None else []

    @property
    def least(self) -> Mark | None:
        """The events that a successor need not read again; None: there is nothing to read any again for."""
        return self._shards.least() if self and self._shards is not None else None

    @property
    def most(self) -> Mark | None:
        """What must be read again before anything is written; None: nothing."""
        return self._shards.most() if self and self._shards is not None else None
