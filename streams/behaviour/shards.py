"""Visitors by shards, and which events what is written of each shard's history contains.

A checkpoint writes a few of the shards that have changed, in turn, so that what it writes has a bound. Of each shard
there is a mark: what is written of it contains exactly the events at or below the mark's offsets and before its
watermark. One that has not changed is as good as written anew, so its mark moves on with each word of progress.

    mark of a shard written long ago ──► mark of one written now      events
    ───────────┤- - - - - - - - - - - - - - - - - - - ┤──────────────────►
               └─ from here on a successor reads again: each shard takes what is past its own mark

An event that is in a shard is in the panes as well, since those are written before. So nobody asks any more where it
belongs; and whoever is still asked about finds exactly what came before it.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from streams.events.columns import Bools, Columns, Ints, Rows, grown
from streams.events.mark import Mark
from streams.events.topics import SOURCE_TOPICS

SHARDS = 256
_AT_ONCE = 4  # shards a checkpoint writes at most
_NEVER = -(2**62)


class Marked(NamedTuple):
    """The shards of one mark."""

    shards: list[int]
    watermark: int
    offsets: dict[str, int]


class Shards:
    """The marks are rows of an array [shards × (1 + topics)]: the watermark, then an offset for each topic."""

    def __init__(self, names: Sequence[str]) -> None:
        """`names` of the visitors by row, more of them as they come."""
        self._names = names
        self._of: Ints = np.full(1024, -1, dtype=np.int64)  # by visitor row; -1: not looked at yet
        self._marks: Ints = _row(Mark(_NEVER, {})).repeat(SHARDS, axis=0)
        self._loaded = self._marks
        self._changed = np.zeros(SHARDS, dtype=np.bool_)
        self._turn = 0

    def load(self, written: Mapping[int, Mark], said: Sequence[Marked], stood: Mark | None) -> None:
        """Begin with the marks of the shards `written`, and those `said` by a predecessor, which stood at `stood`.

        The later of the two holds. Of what nothing is said, nobody had asked before: that begins where it stood.
        """
        if stood is not None:
            self._marks = _row(stood).repeat(SHARDS, axis=0)
        for marked in said:
            self._marks[marked.shards] = _row(Mark(marked.watermark, marked.offsets))
        for shard, mark in written.items():
            self._marks[shard] = np.maximum(self._marks[shard], _row(mark))
        self._loaded = self._marks.copy()

    def of(self, visitors: Rows | Ints) -> Ints:
        """The shard of each visitor row."""
        self._of = grown(self._of, int(visitors.max(initial=-1)) + 1, -1)
        shard = self._of[visitors]
        if (shard < 0).any():
            for row in np.unique(visitors[shard < 0]).tolist():
                self._of[row] = zlib.crc32(self._names[row].encode()) % SHARDS
            shard = self._of[visitors]
        return shard

    def visitors(self, shard: int) -> Ints:
        """The visitor rows of a shard, as far as they have been looked at."""
        return np.flatnonzero(self._of == shard)

    def forget(self, visitors: Ints) -> None:
        """These rows are to be other visitors'."""
        self._of[visitors[visitors < len(self._of)]] = -1

    def contain(self, events: Columns) -> Bools:
        """Which of these events, in order of visitors, are in what was loaded?"""
        out = np.zeros(len(events), dtype=np.bool_)
        asked = np.flatnonzero((events.time < self._loaded[:, 0].max()) & (events.visitor >= 0))
        if len(asked):
            mark, topic = self._loaded[self.of(events.visitor[asked])], events.topic[asked].astype(np.int64)
            read = events.offset[asked] <= mark[np.arange(len(asked)), 1 + topic]
            out[asked] = read & (events.time[asked] < mark[:, 0])
        return out

    def touch(self, visitors: Rows) -> None:
        """Something is new of these."""
        self._changed[self.of(visitors)] = True

    def place(self, visitors: Ints, shard: int, changed: bool) -> None:
        """These are in what is written of a shard, which is to be written anew if it has `changed`."""
        assert (self.of(visitors) == shard).all()
        self._changed[shard] |= changed

    def due(self, now: Mark) -> list[int]:
        """The shards to write; what is written then contains the events of `now`."""
        changed = np.flatnonzero(self._changed)
        order = np.argsort((changed - self._turn) % SHARDS)
        due: list[int] = changed[order][:_AT_ONCE].tolist()
        if due:
            self._turn = due[-1] + 1
        self._changed[due] = False
        self._marks[~self._changed] = _row(now)
        return due

    def marked(self) -> list[Marked]:
        """All marks: what a successor is to `load`."""
        rows, which = np.unique(self._marks, axis=0, return_inverse=True)
        of = [np.flatnonzero(which.ravel() == number).tolist() for number in range(len(rows))]
        return [Marked(shards, *_mark(row)) for shards, row in zip(of, rows, strict=True)]

    def least(self) -> Mark:
        """The events that every shard contains."""
        return _mark(self._marks.min(axis=0))

    def most(self) -> Mark:
        """The events up to the last that any shard contained when it was loaded."""
        return _mark(self._loaded.max(axis=0))


def _row(mark: Mark) -> Ints:
    return np.array([[mark.watermark, *(mark.offsets.get(topic, -1) for topic in SOURCE_TOPICS)]], dtype=np.int64)


def _mark(row: Ints) -> Mark:
    watermark, *offsets = row.tolist()
    return Mark(watermark, dict(zip(SOURCE_TOPICS, offsets, strict=True)))
