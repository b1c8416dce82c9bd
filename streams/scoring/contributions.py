"""What source partitions have counted of one dimension, as arrays: values by id, measures by column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt

from streams.events.columns import Ints
from streams.events.topics import SOURCE_TOPICS
from streams.messages import PaneSnapshot

Narrow = npt.NDArray[np.integer]  # as few bytes a number as the largest needs


class Counted:
    """How much of some measures some values have: `places` in a total [values × measures] laid flat, each once, and the
    `amounts` there."""

    __slots__ = ("amounts", "places")

    def __init__(self, places: Narrow, amounts: Narrow) -> None:
        self.places, self.amounts = places, amounts

    def add_to(self, total: Ints, sign: int) -> None:
        """Add it (`sign` 1) to a total [values × measures], or take it away again (-1)."""
        total.reshape(-1)[self.places] += np.multiply(self.amounts, sign, dtype=np.int64)


class Contribution:
    """What one source partition has counted in one pane, as of the snapshot that said so.

    Thousands of them lie here for as long as a window slides by their panes, so each is kept as small as it goes.
    """

    __slots__ = ("_counted", "_offsets", "level", "partition", "start", "watermark")

    def __init__(self, counted: Counted, snapshot: PaneSnapshot) -> None:
        self.partition, self.level, self.start = snapshot.partition, snapshot.level, snapshot.start
        self.watermark = snapshot.watermark
        self._offsets = _by_rank(snapshot)
        self._counted = Counted(_narrowed(counted.places), _narrowed(counted.amounts))

    def add_to(self, total: Ints, sign: int) -> None:
        """As of Counted."""
        self._counted.add_to(total, sign)

    @property
    def nbytes(self) -> int:
        """What its numbers take."""
        return self._counted.places.nbytes + self._counted.amounts.nbytes + self._offsets.nbytes

    # Offsets make the order of snapshots, as in panes.codec.newer.

    def has_seen(self, snapshot: PaneSnapshot) -> bool:
        """Has it seen at least all that `snapshot` has?"""
        return self.watermark >= snapshot.watermark and bool((self._offsets >= _by_rank(snapshot)).all())

    def is_within(self, snapshot: PaneSnapshot) -> bool:
        """Has `snapshot` seen at least all that it has?"""
        return snapshot.watermark >= self.watermark and bool((_by_rank(snapshot) >= self._offsets).all())


def _by_rank(snapshot: PaneSnapshot) -> Ints:
    """The offsets [source topics]; -1 where nothing was read."""
    return np.array([snapshot.offsets.get(topic, -1) for topic in SOURCE_TOPICS], dtype=np.int64)


def _narrowed(numbers: Narrow) -> Narrow:
    low, high = int(numbers.min(initial=0)), int(numbers.max(initial=0))
    return numbers.astype(np.min_scalar_type(high if low == 0 else min(low, -high - 1)))


class Values:
    """A dimension's values: `names[id]`, an id given at first sight. `measures` are the columns of all counts."""

    def __init__(self, measures: Sequence[str]) -> None:
        self.measures = tuple(measures)
        self._columns = {name: column for column, name in enumerate(self.measures)}
        self.names: list[str] = []
        self._ids: dict[str, int] = {}

    def counted(self, measures: Sequence[str], counts: Mapping[str, Sequence[int]]) -> Counted:
        """`counts`: value -> count of each of `measures`; measures that are not kept are left out."""
        for value in counts:
            if value not in self._ids:
                self._ids[value] = len(self.names)
                self.names.append(value)
        column = np.array([self._columns.get(name, -1) for name in measures], dtype=np.int64)
        ids = np.fromiter(map(self._ids.__getitem__, counts), np.int64, len(counts))
        amounts = np.fromiter(chain.from_iterable(counts.values()), np.int64, len(ids) * len(column))
        given = amounts.reshape(len(ids), len(column))
        row, at = np.nonzero(given if (column >= 0).all() else np.where(column >= 0, given, 0))
        return Counted(ids[row] * len(self.measures) + column[at], given[row, at])
