"""Events as columns, from a few lists."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from streams.events.amounts import NONE
from streams.events.columns import Columns


def columns(
    time: Sequence[int],
    topic: Sequence[int],
    visitor: Sequence[int] | None = None,
    traits: Sequence[dict[str, object] | None] | None = None,
    fields: Sequence[Sequence[int]] | None = None,
    offset: Sequence[int] | None = None,
) -> Columns:
    """The offset is the place in the list unless given; a topic of rank 0 is a profile."""
    n = len(time)
    objects = np.empty(n, dtype=object)
    objects[:] = list(traits) if traits is not None else [None] * n
    return Columns(
        time=np.array(time, dtype=np.int64),
        topic=np.array(topic, dtype=np.int8),
        offset=np.array(range(n) if offset is None else offset, dtype=np.int64),
        visitor=np.array(visitor if visitor is not None else [0] * n, dtype=np.int32),
        kind=np.where(np.array(topic, dtype=np.int64) == 0, -1, 0).astype(np.int16),
        fields=np.array(fields if fields is not None else [()] * n, dtype=np.int32).reshape(n, -1)
        if n
        else np.empty((0, 0), dtype=np.int32),
        ident=np.zeros((n, 2), dtype=np.uint64),
        traits=objects,
        value=np.full(n, NONE, dtype=np.int64),
        product=np.zeros((n, 1), dtype=np.int64),
    )
