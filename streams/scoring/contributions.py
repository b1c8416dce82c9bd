"""What source partitions have counted of one dimension, as arrays: values by id, measures by column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from streams.events.columns import Ints
from streams.messages import PaneSnapshot


class Counted:
    """Some of a dimension's values [ids], and how much of each measure [ids × measures]."""

    __slots__ = ("counts", "ids")

    def __init__(self, ids: Ints, counts: Ints) -> None:
        self.ids, self.counts = ids, counts


class Contribution(Counted):
    """What one source partition has counted in one pane, and the snapshot that said so (without its counts)."""

    __slots__ = ("snapshot",)

    def __init__(self, counted: Counted, snapshot: PaneSnapshot) -> None:
        super().__init__(counted.ids, counted.counts)
        self.snapshot = msgspec.structs.replace(snapshot, counts={})


class Values:
    """A dimension's values: `names[id]`, an id given at first sight. `measures` are the columns of all counts."""

    def __init__(self, measures: Sequence[str]) -> None:
        self.measures = tuple(measures)
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
        if tuple(measures) == self.measures:
            return Counted(ids, given)
        out = np.zeros((len(ids), len(self.measures)), dtype=np.int64)
        for column, name in enumerate(self.measures):
            if name in measures:
                out[:, column] = given[:, measures.index(name)]
        return Counted(ids, out)
