"""What there was of one measure before each event of a batch: long before, or earlier in the batch itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from streams.behaviour.buckets import Buckets, of_bucket, of_visitor
from streams.behaviour.records import Track
from streams.behaviour.rules import Quantity
from streams.events.columns import Ints

_NEVER = -(2**62)


class Batch(NamedTuple):
    """Events by visitor, and of each in order: their keys in `buckets`, which have nothing of them yet, and what each
    adds there."""

    buckets: Buckets
    visitor: Ints
    bucket: Ints
    keys: Ints
    amount: Ints

    def sums(self, lengths: Sequence[int | Ints], rows: Ints) -> list[Ints]:
        """Before each of `rows` (indexes): the sums over its bucket and so many before it, for each of `lengths`.

        A length is of all rows or [rows].
        """
        buckets, keys = self.buckets, self.keys[rows]
        firsts = [buckets.keys(self.visitor[rows], self.bucket[rows] - length) for length in lengths]
        until = np.append(0, np.cumsum(self.amount))
        before = buckets.between(firsts, keys)
        return [
            sums + until[rows] - until[np.searchsorted(self.keys, first)]
            for sums, first in zip(before, firsts, strict=True)
        ]

    def since(self, rows: Ints) -> Ints:
        """Before each of `rows`: how many buckets ago something of its visitor was last added to one; -1: never."""
        last = self._last(rows)
        return np.where(last >= 0, self.bucket[rows] - last, -1)

    def _last(self, rows: Ints) -> Ints:
        newest = np.maximum.accumulate(np.where(self.amount != 0, self.keys, _NEVER))
        here = np.append(_NEVER, newest)[rows]
        mine = of_visitor(here) == self.visitor[rows]
        return np.maximum(self.buckets.last(self.keys[rows]), np.where(mine, of_bucket(here), -1))


def amounts_of(batches: Mapping[Track, Batch], asked: Sequence[Quantity], rows: Ints) -> dict[Quantity, Ints]:
    """What of `asked` there was before each of the events `rows` (indexes)."""
    out: dict[Quantity, Ints] = {}
    for track, batch in batches.items():
        mine = [quantity for quantity in asked if quantity[:2] == track]
        if mine:
            out.update(zip(mine, batch.sums([quantity.length for quantity in mine], rows), strict=True))
    return out
