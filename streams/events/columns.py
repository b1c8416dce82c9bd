"""Events as columns: one numpy array a field, one row an event; no wider than they must be, as millions may wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Objects = npt.NDArray[np.object_]
Prints = npt.NDArray[np.uint64]  # [n × 2]; (0, 0) stands for none
Rows = npt.NDArray[np.int32]  # of visitors
Segments = npt.NDArray[np.int32]  # ids
Ranks = npt.NDArray[np.int8]  # of topics
Kinds = npt.NDArray[np.int16]

NOBODY = -1


_Scalar = TypeVar("_Scalar", bound=np.generic)


def grown(array: npt.NDArray[_Scalar], rows: int, fill: object) -> npt.NDArray[_Scalar]:
    """The array itself where it has room for so many rows; else one with twice the room or more, `fill` in new rows.

    So rows that come one by one cost as if each had been copied twice.
    """
    if rows <= len(array):
        return array
    out = np.empty((max(rows, 2 * len(array)), *array.shape[1:]), dtype=array.dtype)
    out[: len(array)], out[len(array) :] = array, fill
    return out


@dataclass(slots=True, frozen=True, eq=False)
class Columns:
    """A number of events, each array of the same length n, `fields` [n × event-field dimensions]."""

    time: Ints  # ms
    topic: Ranks  # rank: index into SOURCE_TOPICS
    offset: Ints  # in its source topic partition
    visitor: Rows  # row in Visitors; NOBODY: it has no visitor
    kind: Kinds  # index into Measures.of_kind; -1: a profile, which counts nothing itself
    fields: Segments  # segment ids
    ident: Prints  # [n × 2] fingerprint of visitor and event id; (0, 0): it has none
    traits: Objects  # dict of traits, or None
    value: Ints  # thousandths; amounts.NONE: it has none
    product: Ints  # [n × 1, or × 0 where nothing depends on it] fingerprint of what is bought; 0: none is named

    def __len__(self) -> int:
        return len(self.time)

    def __getitem__(self, rows: slice | Bools | Ints) -> Columns:
        """The given rows, in the given order."""
        return Columns(*(getattr(self, field.name)[rows] for field in fields(self)))

    def by_time(self) -> Columns:
        """Sorted by event time; those of the same time stay in their order."""
        if bool((self.time[1:] >= self.time[:-1]).all()):
            return self
        return self[np.argsort(self.time, kind="stable")]


def in_order(parts: Sequence[Columns]) -> Columns:
    """All rows by event time; at equal times profiles first, then by topic and offset.

    Within one visitor this order is the same however the events were batched or partitioned. Each part is of one topic,
    and at equal times in offset order, as are the parts of one topic.
    """
    return concatenated(sorted(parts, key=lambda part: int(part.topic[0]))).by_time()


def concatenated(parts: Sequence[Columns]) -> Columns:
    """The rows of all parts, one after the other."""
    if len(parts) == 1:
        return parts[0]
    return Columns(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Columns)))
