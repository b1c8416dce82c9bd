"""What source partitions have counted of one dimension, as arrays: values by id, measures by column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from streams.events.columns import Ints
from streams.events.topics import SOURCE_TOPICS
from streams.messages import PaneSnapshot

Narrow = npt.NDArray[np.integer]  # as few bytes a number as the largest needs


class Counted:
    """Some of a dimension's values [ids], and how much of each measure [ids × measures]."""

    __slots__ = ("counts", "ids")

    def __init__(self, ids: Ints, counts: Ints) -> None:
        self.ids, self.counts = ids, counts


class Contribution:
    """What one source partition has counted in one pane, as of the snapshot that said so.

    Thousands of them lie here for as long as a window slides by their panes, so each is kept as small as it goes.
    """

    __slots__ = ("_amounts", "_offsets", "_places", "level", "partition", "start", "watermark")

    def __init__(self, counted: Counted, snapshot: PaneSnapshot) -> None:
        self.partition, self.level, self.start = snapshot.partition, snapshot.level, snapshot.start
        self.watermark = snapshot.watermark
        self._offsets = _by_rank(snapshot)
        row, column = np.nonzero(counted.counts)
        self._places = _narrowed(counted.ids[row] * counted.counts.shape[1] + column)
        self._amounts = _narrowed(counted.counts[row, column])

    def add_to(self, total: Ints, sign: int) -> None:
        """Add it (`sign` 1) to a total [values × measures], or take it away again (-1)."""
        total.reshape(-1)[self._places] += np.multiply(self._amounts, sign, dtype=np.int64)

    @property
    def nbytes(self) -> int:
        """What its numbers take."""
        return self._places.nbytes + self._amounts.nbytes + self._offsets.nbytes

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


def _narrowed(numbers: Ints) -> Narrow:
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
        """`counts`, value -> count of each of `measures`, by id and column; measures that are not kept are left out."""
        for value in counts:
            if value not in self._ids:
                self._ids[value] = len(self.names)
                self.names.append(value)
        ids = np.array([self._ids[value] for value in counts], dtype=np.int64)
        given = np.array(list(counts.values()), dtype=np.int64).reshape(len(ids), len(measures))
        out = np.zeros((len(ids), len(self.measures)), dtype=np.int64)
        for column, name in enumerate(measures):
            if name in self._columns:
                out[:, self._columns[name]] = given[:, column]
        return Counted(ids, out)
