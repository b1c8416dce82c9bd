"""Texts as 128-bit fingerprints, and a table that finds them, many at a time.

A dict of as many texts takes five times the memory, and three times as long. XXH3 is seeded anew in each process. That
any two of n texts have the same fingerprint has odds of n² / 2^128: of a thousand million texts, 1 to 10^20.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from itertools import pairwise, repeat

import numpy as np
import numpy.typing as npt
from xxhash import xxh3_128_digest

from streams.events.columns import Bools, Ints, Prints

Half = npt.NDArray[np.uint64]  # [n]

_SEED = secrets.randbits(64)
_ODD = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F], dtype=np.uint64)
_SMALLEST = 1024  # slots
_FULL, _FILLED = 0.75, 0.55  # of the slots, at most, and when they have been made anew for more
_SWEPT = 0.65  # and when some have been freed: about as many come as go
_AT_A_TIME = 65_536  # put down when a table is made anew: what that takes beside the table has a bound


def fingerprints(texts: Iterable[str]) -> Prints:
    """One a text, in their order."""
    digests = b"".join(map(xxh3_128_digest, map(str.encode, texts), repeat(_SEED)))
    return np.frombuffer(digests, dtype=np.uint64).reshape(-1, 2)


def joined(one: Prints, other: Prints) -> Prints:
    """Those of pairs. With the same `other`, different ones stay different."""
    return one ^ (other * _ODD)


def _after(slot: Ints, end: int) -> Ints:
    """The next slot; after the last comes the first."""
    return np.where(slot + 1 < end, slot + 1, 0)


def _halves(prints: Prints) -> tuple[Half, Half]:
    """The first is never 0."""
    return prints[:, 0] | np.uint64(1), np.ascontiguousarray(prints[:, 1])


class Table:
    """Fingerprints with a number each, by open addressing with linear probing.

    Arrays by slot: the fingerprints' halves `_high` (0: the slot is free) and `_low`, and `values`.
    """

    def __init__(self) -> None:
        self._clear(_SMALLEST)

    def __len__(self) -> int:
        return self._used

    @property
    def used(self) -> Ints:
        """The slots that are not free."""
        return np.flatnonzero(self._high)

    def find(self, prints: Prints) -> Ints:
        """The slot of each; -1 where it is not there."""
        high, low = _halves(prints)
        slot, end = self._wanted(low), len(self.values)
        found: Ints = np.full(len(high), -1, dtype=np.int64)
        rows = np.arange(len(high))
        while len(rows):
            at = slot[rows]
            own = (self._high[at] == high[rows]) & (self._low[at] == low[rows])
            found[rows[own]] = at[own]
            rows = rows[~own & (self._high[at] != 0)]
            slot[rows] = _after(slot[rows], end)
        return found

    def place(self, prints: Prints) -> tuple[Ints, Bools]:
        """The slot of each, and which were not there and are the first of their kind; their values are to be set."""
        if self._used + len(prints) > _FULL * len(self.values):
            self._rebuild(self.used, int((self._used + len(prints)) / _FILLED))
        return self._place(*_halves(prints))

    def keep(self, kept: Bools) -> None:
        """Free all slots but those `kept` [slots]."""
        slots = np.flatnonzero(kept & (self._high != 0))
        if len(slots) < self._used:
            self._rebuild(slots, int(len(slots) / _SWEPT))

    def _place(self, high: Half, low: Half) -> tuple[Ints, Bools]:
        slot, end = self._wanted(low), len(self.values)
        new = np.zeros(len(high), dtype=np.bool_)
        rows = np.arange(len(high))
        while len(rows):
            at = slot[rows]
            there = self._high[at]
            free = there == 0
            self._claim(rows[free], at[free], high, low, new)
            # Now every slot looked at is somebody's: its own, or one must look further.
            own = (self._high[at] == high[rows]) & (self._low[at] == low[rows])
            rows = rows[~own]
            slot[rows] = _after(slot[rows], end)
        self._used += int(np.count_nonzero(new))
        return slot, new

    def _wanted(self, low: Half) -> Ints:
        """The slots where looking begins: the upper bits, spread over any number of slots (no power of two need be)."""
        return ((low >> np.uint64(32)) * np.uint64(len(self.values)) >> np.uint64(32)).astype(np.int64)

    def _claim(self, rows: Ints, at: Ints, high: Half, low: Half, new: Bools) -> None:
        """The first of `rows` that want a free slot has it."""
        self.values[at[::-1]] = rows[::-1]  # of several the last to be assigned, so in reverse the first
        has_it = self.values[at] == rows
        rows, at = rows[has_it], at[has_it]
        self._high[at], self._low[at] = high[rows], low[rows]
        new[rows] = True

    def _rebuild(self, slots: Ints, size: int) -> None:
        """Anew with what is in `slots` (sorted), and `size` slots.

        Runs of slots with no free one between them stand in the order in which they want to; only within a run they
        need not. So some runs at a time are sorted and put down, from the first slot to the last.
        """
        heads = np.append(0, np.flatnonzero(self._high[slots - 1] == 0))  # of the runs
        ends = np.searchsorted(heads, np.arange(_AT_A_TIME, len(slots), _AT_A_TIME)).clip(max=len(heads) - 1)
        high, low, values = self._high[slots], self._low[slots], self.values[slots]
        wrapped = self._wanted(low) > slots  # gone on from the last slot to the first
        self._clear(max(_SMALLEST, size))
        free, left = 0, [np.flatnonzero(wrapped)]
        for begin, end in pairwise([0, *np.unique(heads[ends]).tolist(), len(slots)]):
            rows = begin + np.flatnonzero(~wrapped[begin:end])
            wanted = self._wanted(low[rows])
            order = np.argsort(wanted, kind="stable")  # sorted nearly, which this makes use of
            number = np.arange(len(rows))
            at = np.maximum.accumulate(np.maximum(wanted[order] - number, free)) + number
            fits = int(np.searchsorted(at, len(self.values)))
            rows, at = rows[order], at[:fits]
            left.append(rows[fits:])
            rows = rows[:fits]
            self._high[at], self._low[at], self.values[at] = high[rows], low[rows], values[rows]
            free = int(at[-1]) + 1 if fits else free
        self._used = len(slots) - sum(map(len, left))
        rows = np.concatenate(left)
        slot, _ = self._place(high[rows], low[rows])
        self.values[slot] = values[rows]

    def _clear(self, size: int) -> None:
        self._high: Half = np.zeros(size, dtype=np.uint64)
        self._low: Half = np.zeros(size, dtype=np.uint64)
        self.values: Ints = np.zeros(size, dtype=np.int64)
        self._used = 0
