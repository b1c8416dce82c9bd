"""What each visitor did, as far back as it is asked for, and what that says of each event.

                    bucket of the event
    ──┬────────┬────────┬──x─────┬──►      in 2d: at least two days, up to one bucket more
      └─ from here to the event ─┘

Only what came before an event in order tells where it belongs: it never moves itself. Whether it came long before or in
the same batch makes no difference.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from streams.behaviour import records
from streams.behaviour.adding import Adding
from streams.behaviour.before import Batch, amounts_of
from streams.behaviour.buckets import Buckets
from streams.behaviour.looks import Look, asked_by, looked_up
from streams.behaviour.past import Past
from streams.behaviour.products import Products
from streams.behaviour.records import Rows, Track
from streams.behaviour.rules import BOUGHT, Rule, holds, quantities
from streams.behaviour.shards import Marked, Shards
from streams.behaviour.staying import Cohort, Staying
from streams.events.columns import NOBODY, Bools, Columns, Ints
from streams.events.mark import Mark, mark_of
from streams.events.terms import KINDS

_NOTHING = Past()


class Found(NamedTuple):
    """What the past says of a batch of events."""

    rules: dict[str, Ints]  # by dimension, of each event the index of the first rule that holds; see History.judge
    looks: list[Look]


class History:
    """The history of one source partition's visitors, by row: what the rules of behaviour dimensions, and measures, ask
    of it."""

    def __init__(self, rules: Mapping[str, Sequence[Rule]], names: Sequence[str], past: Past = _NOTHING) -> None:
        """`rules` by dimension; `names` of the visitors by row, more of them as they come."""
        self._rules = rules
        self._past = past
        self._asked = sorted({q for of in rules.values() for rule in of for q in quantities(rule)})
        all_asked = [*self._asked, *asked_by(past)]
        self._tracks: dict[Track, Buckets] = {
            (q.measure, q.unit): (Products if q.measure == BOUGHT else Buckets)(q.unit) for q in sorted(set(all_asked))
        }
        self._adding = {measure: Adding(measure) for measure, _ in self._tracks}
        self._matters = np.zeros(len(KINDS) + 1, dtype=np.bool_)  # by kind; the last is a profile's, kind -1
        self._matters[[*(look.kind for _, look in past.looks), *(wait.kind for wait in past.waits)]] = True
        for adding in self._adding.values():
            self._matters |= adding.kinds
        self._span = {track: max(q.unit * q.length for q in all_asked if q[:2] == track) for track in self._tracks}
        self._names = names
        self.staying = Staying(past.retentions, names)
        self._shards: Shards | None = Shards(names)  # None: it is never written
        self._dropped: list[int] = []  # shards written of old, when something was asked

    def __bool__(self) -> bool:
        """Does anything ask for it?"""
        return bool(self._tracks)

    def __len__(self) -> int:
        return sum(map(len, self._tracks.values()))

    def copy(self) -> History:
        """The same, to go its own way from here; it is never written."""
        other = copy.copy(self)
        other._tracks, other._shards = {track: copy.copy(each) for track, each in self._tracks.items()}, None
        return other

    def judge(self, events: Columns) -> Found:
        """What the past says of each event in order; then they are history.

        By dimension the index of the first rule that holds; where none does the number of rules, and one more where
        the event has no visitor.
        """
        order = self._order(events)
        events = events[order]
        batches = self._batches(events)
        amounts = amounts_of(batches, self._asked, np.arange(len(events)))
        judged = {}
        for dimension, rules in self._rules.items():
            found = np.full(len(events), len(rules), dtype=np.int64)
            for index in reversed(range(len(rules))):
                found[holds(rules[index], amounts)] = index
            found[events.visitor == NOBODY] = len(rules) + 1
            judged[dimension] = np.empty_like(found)
            judged[dimension][order] = found
        looks = looked_up(self._past, batches, events)
        self._add(batches, events)
        return Found(judged, [look._replace(event=order[look.event]) for look in looks])

    def cohorts(self, midnight: int) -> list[Cohort]:
        """Of each retention asked for, those looked at at `midnight` (ms), when all before it is history."""
        return list(self.staying.cohorts(self._tracks, midnight))

    def add(self, events: Columns) -> None:
        """Take events in order of which nobody asks anything."""
        events = events[self._order(events)]
        self._add(self._batches(events), events)

    def _order(self, events: Columns) -> Ints:
        """The indexes of those that matter, by visitor: all where there are rules, as each is in some segment."""
        rows = np.arange(len(events)) if self._rules else np.flatnonzero(self._matters[events.kind])
        return rows[np.argsort(events.visitor[rows], kind="stable")]

    def _batches(self, events: Columns) -> dict[Track, Batch]:
        """Events by visitor, and of each in order, as each track has them."""
        visitor = events.visitor.astype(np.int64)
        new = visitor != NOBODY
        if self._shards is not None:
            new &= ~self._shards.contain(events)
        adds = {measure: np.where(new, adding.of(events), 0) for measure, adding in self._adding.items()}
        out = {}
        for track, buckets in self._tracks.items():
            bucket = buckets.bucket(events)
            amount = np.where(buckets.kept(bucket), adds[track[0]], 0)
            out[track] = Batch(buckets, visitor, bucket, buckets.keys(visitor, bucket), amount)
        return out

    def _add(self, batches: Mapping[Track, Batch], events: Columns) -> None:
        for batch in batches.values():
            some = np.flatnonzero(batch.amount)
            batch.buckets.add(batch.keys[some], batch.amount[some])
            if self._shards is not None:
                self._shards.touch(events.visitor[some])

    def forget(self, watermark: int) -> None:
        """Drop what no event after `watermark` (ms) can depend on."""
        for track, buckets in self._tracks.items():
            buckets.forget(watermark - self._span[track])

    def release(self, visitors: Ints) -> None:
        """These rows, of which nothing is kept, are to be other visitors'."""
        self.staying.forget(visitors)
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
