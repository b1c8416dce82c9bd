"""Events as columns: one numpy array a field, one row an event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Objects = npt.NDArray[np.object_]


@dataclass(slots=True, frozen=True, eq=False)
class Columns:
    """A number of events, each array of the same length n, `fields` [n × event-field dimensions]."""

    time: Ints  # ms
    topic: Ints  # rank: index into SOURCE_TOPICS
    offset: Ints  # in its source topic partition
    visitor: Ints  # row in Visitors
    kind: Ints  # index into Measures.of_kind; -1: a profile, which counts nothing itself
    fields: Ints  # segment ids
    ident: Objects  # event id, or None
    traits: Objects  # dict of traits, or None

    def __len__(self) -> int:
        return len(self.time)

    def take(self, rows: npt.NDArray[np.bool_] | Ints) -> Columns:
        """The given rows, in the given order."""
        return Columns(*(getattr(self, field.name)[rows] for field in fields(self)))

    def in_order(self) -> Columns:
        """Sorted by event time; at equal times profiles first, then by topic and offset.

        Within one visitor this order is the same however the events were batched or partitioned.
        """
        return self.take(np.lexsort((self.offset, self.topic, self.time)))


def concatenated(parts: Sequence[Columns]) -> Columns:
    """The rows of all parts, one after the other."""
    if len(parts) == 1:
        return parts[0]
    return Columns(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Columns)))
