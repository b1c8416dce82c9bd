"""What visitors did, of one measure, in buckets of time: many spans summed at once by two searches and a difference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from streams.behaviour.rules import EVER
from streams.events.columns import Bools, Columns, Ints

_BITS = 32  # of a key are the bucket's: seconds until the year 2106
_LAST = (1 << _BITS) - 1
_SMALL = 4096  # entries that are not worth settling
_SHARE = 8  # the lately added are settled when they are an eighth of all


def of_visitor(keys: Ints) -> Ints:
    """The visitor of each key."""
    return keys >> _BITS


def of_bucket(keys: Ints) -> Ints:
    """The bucket of each key."""
    return keys & _LAST


class Entries(NamedTuple):
    """Sums by visitor and bucket, one a row: `keys` sorted, `until[i]` the sum of all before the i-th."""

    keys: Ints
    until: Ints

    def until_after(self, keys: Ints) -> Ints:
        """The sum of all up to each of `keys`, included."""
        return self.until[np.searchsorted(self.keys, keys, "right")]

    def until_before(self, keys: Ints) -> Ints:
        """The sum of all before each of `keys`."""
        return self.until[np.searchsorted(self.keys, keys)]


_NONE = Entries(np.empty(0, dtype=np.int64), np.zeros(1, dtype=np.int64))


def entries(keys: Ints, amounts: Ints) -> Entries:
    """Of keys in any order, some of them more than once."""
    if not len(keys):
        return _NONE
    order = np.argsort(keys, kind="stable")  # of two sorted runs it only merges them
    keys = keys[order]
    heads = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))
    return Entries(keys[heads], np.append(0, np.cumsum(np.add.reduceat(amounts[order], heads))))


class Buckets:
    """Entries of one measure: most of them `_settled`, the `_lately` added apart, so that adding few does not copy all.

    No array is changed once it is made: a copy shares them.
    """

    def __init__(self, unit: int) -> None:
        """`unit`: ms of a bucket; EVER: one bucket for all time."""
        self.unit = unit
        self.oldest = 0  # bucket; those before are gone
        self._settled = self._lately = _NONE

    def __len__(self) -> int:
        return len(self._settled.keys) + len(self._lately.keys)

    def bucket(self, events: Columns) -> Ints:
        """The bucket of each event."""
        time = events.time
        return time // self.unit if self.unit != EVER else np.zeros(len(time), dtype=np.int64)

    def keys(self, visitor: Ints, bucket: Ints) -> Ints:
        """In the order of visitors and then of buckets; of a bucket that is gone that of the oldest."""
        return visitor << _BITS | np.maximum(bucket, self.oldest)

    def kept(self, bucket: Ints) -> Bools:
        """Which of these are not gone?"""
        return bucket >= self.oldest

    def between(self, firsts: Sequence[Ints], last: Ints) -> list[Ints]:
        """The sums of the keys from each of `firsts` to `last` (both included): searches are what it costs."""
        out = [np.zeros(len(last), dtype=np.int64) for _ in firsts]
        for level in (self._settled, self._lately):
            if firsts and len(level.keys):
                until = level.until_after(last)
                for sums, first in zip(out, firsts, strict=True):
                    sums += until - level.until_before(first)
        return out

    def last(self, keys: Ints) -> Ints:
        """The last bucket with an entry up to each of `keys`, of its visitor; -1: there is none."""
        out = np.full(len(keys), -1, dtype=np.int64)
        for level in (self._settled, self._lately):
            if len(level.keys):
                at = np.searchsorted(level.keys, keys, "right") - 1
                found = level.keys[np.maximum(at, 0)]
                mine = (at >= 0) & (of_visitor(found) == of_visitor(keys))
                out = np.maximum(out, np.where(mine, of_bucket(found), -1))
        return out

    def add(self, keys: Ints, amounts: Ints) -> None:
        """Add to the buckets of these keys."""
        if not len(keys):
            return
        self._lately = _joined(self._lately, keys, amounts)
        if len(self._lately.keys) > _SMALL + len(self._settled.keys) // _SHARE:
            old, new = self._settled, self._lately
            kept = self.kept(of_bucket(old.keys))
            self._settled = entries(
                np.concatenate([old.keys[kept], new.keys]),
                np.concatenate([np.diff(old.until)[kept], np.diff(new.until)]),
            )
            self._lately = _NONE

    def forget(self, before: int) -> None:
        """No span that is still asked for begins before this time (ms)."""
        if self.unit != EVER:
            self.oldest = max(self.oldest, before // self.unit)

    def of(self, visitors: Ints) -> tuple[Ints, Ints, Ints]:
        """All that is kept of `visitors`: index into them, bucket and amount of each entry."""
        which, buckets, amounts = [], [], []
        for level in (self._settled, self._lately):
            begin, end = self._range(level, visitors)
            length = end - begin
            at = np.repeat(begin - np.cumsum(length) + length, length) + np.arange(int(length.sum()))
            which.append(np.repeat(np.arange(len(visitors)), length))
            buckets.append(of_bucket(level.keys[at]))
            amounts.append(level.until[at + 1] - level.until[at])
        return np.concatenate(which), np.concatenate(buckets), np.concatenate(amounts)

    def any_of(self, visitors: Ints) -> Bools:
        """Of which is anything kept?"""
        out = np.zeros(len(visitors), dtype=np.bool_)
        for level in (self._settled, self._lately):
            begin, end = self._range(level, visitors)
            out |= end > begin
        return out

    def _range(self, level: Entries, visitors: Ints) -> tuple[Ints, Ints]:
        first = visitors << _BITS
        return np.searchsorted(level.keys, first | self.oldest), np.searchsorted(level.keys, first | _LAST, "right")


def _joined(old: Entries, keys: Ints, amounts: Ints) -> Entries:
    return entries(np.concatenate([old.keys, keys]), np.concatenate([np.diff(old.until), amounts]))
