"""Who stays: of visitors that were active some time ago, who still is. What is counted, and why: see behaviour.past."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from streams.behaviour.buckets import Buckets
from streams.behaviour.past import Retention
from streams.behaviour.records import Track
from streams.behaviour.rules import DAY
from streams.events.columns import Bools, Ints, grown


class Cohort(NamedTuple):
    """Visitors (rows, sorted) that were looked at and had been active, and which of them still are."""

    retention: Retention
    visitors: Ints
    retained: Bools


class Staying:
    """When each visitor is looked at: by its name alone, so wherever and whenever it is the same."""

    def __init__(self, retentions: Sequence[Retention], names: Sequence[str]) -> None:
        """`names` of the visitors by row, more of them as they come."""
        self._retentions = retentions
        self._names = names
        self._sums: Ints = np.full(1024, -1, dtype=np.int64)  # CRC-32 by visitor row; -1: not looked at yet

    def __bool__(self) -> bool:
        """Does anybody ask?"""
        return bool(self._retentions)

    def cohorts(self, tracks: Mapping[Track, Buckets], midnight: int) -> Iterator[Cohort]:
        """Of each retention those that are looked at at `midnight` (ms): visitor by visitor once in its days."""
        day = midnight // DAY  # that begins
        for each in self._retentions:
            buckets = tracks[each.active, DAY]
            visitors = np.flatnonzero(buckets.any_of(np.arange(len(self._names))))
            visitors = visitors[self._checksums(visitors) % each.days == day % each.days]
            last = buckets.keys(visitors, np.full_like(visitors, day - 1))
            firsts = [last - quantity.length for quantity in (each.lately, each.twice)]
            lately, twice = buckets.between(firsts, last)
            cohort = twice > lately
            yield Cohort(each, visitors[cohort], lately[cohort] > 0)

    def _checksums(self, visitors: Ints) -> Ints:
        self._sums = grown(self._sums, int(visitors.max(initial=-1)) + 1, -1)
        for row in visitors[self._sums[visitors] < 0].tolist():
            self._sums[row] = zlib.crc32(self._names[row].encode())
        return self._sums[visitors]

    def forget(self, visitors: Ints) -> None:
        """These rows are to be other visitors'."""
        self._sums[visitors[visitors < len(self._sums)]] = -1
