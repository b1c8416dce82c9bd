"""Texts as 128-bit fingerprints, and a table that finds them, many at a time.

A dict of as many texts takes five times the memory, and three times as long. XXH3 is seeded anew in each process. That
any two of n texts have the same fingerprint has odds of n² / 2^128: of a thousand million texts, 1 to 10^20.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from itertools import repeat

import numpy as np
import numpy.typing as npt
from xxhash import xxh3_128_digest

Prints = npt.NDArray[np.uint64]  # [n × 2]; (0, 0) stands for none
Half = npt.NDArray[np.uint64]  # [n]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_SEED = secrets.randbits(64)
_ODD = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F], dtype=np.uint64)
_SMALLEST = 1024  # slots
_FULL = 0.6  # of the slots, at most


def fingerprints(texts: Iterable[str]) -> Prints:
    """One a text, in their order."""
    digests = b"".join(map(xxh3_128_digest, map(str.encode, texts), repeat(_SEED)))
    return np.frombuffer(digests, dtype=np.uint64).reshape(-1, 2)


def joined(one: Prints, other: Prints) -> Prints:
    """Those of pairs. With the same `other`, different ones stay different."""
    return one ^ (other * _ODD)


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
        last = len(self.values) - 1
        slot = (low & np.uint64(last)).astype(np.int64)
        found: Ints = np.full(len(high), -1, dtype=np.int64)
        rows = np.arange(len(high))
        while len(rows):
            at = slot[rows]
            own = (self._high[at] == high[rows]) & (self._low[at] == low[rows])
            found[rows[own]] = at[own]
            rows = rows[~own & (self._high[at] != 0)]
            slot[rows] = (slot[rows] + 1) & last
        return found

    def place(self, prints: Prints) -> tuple[Ints, Bools]:
        """The slot of each, and which were not there and are the first of their kind; their values are to be set."""
        if self._used + len(prints) > _FULL * len(self.values):
            self._rebuild(self.used, room=self._used + len(prints))
        return self._place(*_halves(prints))

    def keep(self, kept: Bools) -> None:
        """Free all slots but those `kept` [slots]."""
        slots = np.flatnonzero(kept & (self._high != 0))
        self._rebuild(slots, room=2 * len(slots))

    def _place(self, high: Half, low: Half) -> tuple[Ints, Bools]:
        last = len(self.values) - 1
        slot = (low & np.uint64(last)).astype(np.int64)
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
            slot[rows] = (slot[rows] + 1) & last
        self._used += int(np.count_nonzero(new))
        return slot, new

    def _claim(self, rows: Ints, at: Ints, high: Half, low: Half, new: Bools) -> None:
        """The first of `rows` that want a free slot has it."""
        self.values[at[::-1]] = rows[::-1]  # of several the last to be assigned, so in reverse the first
        has_it = self.values[at] == rows
        rows, at = rows[has_it], at[has_it]
        self._high[at], self._low[at] = high[rows], low[rows]
        new[rows] = True

    def _rebuild(self, slots: Ints, room: int) -> None:
        """Anew with what is in `slots`, and room for at least `room` in all."""
        size = _SMALLEST
        while _FULL * size < room:
            size *= 2
        high, low, values = self._high[slots], self._low[slots], self.values[slots]
        self._clear(size)
        slot, _ = self._place(high, low)
        self.values[slot] = values

    def _clear(self, size: int) -> None:
        self._high: Half = np.zeros(size, dtype=np.uint64)
        self._low: Half = np.zeros(size, dtype=np.uint64)
        self.values: Ints = np.zeros(size, dtype=np.int64)
        self._used = 0
