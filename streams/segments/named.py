"""Which segments many things are in, by name: an id means nothing to a successor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from streams.events.columns import Segments
from streams.segments.registry import Registry

UNTOLD = -1  # for a segment: nobody has told of it


class Named(NamedTuple):
    """Segments [rows × dimensions], column after column as indexes into `segments`."""

    dimensions: Sequence[str] = ()
    segments: Sequence[tuple[str, str]] = ()  # (dimension, value) of those that there are
    width: int = 1  # bytes of an index
    indexes: bytes = b""


def named(member: Segments, dimensions: Sequence[str], registry: Registry) -> Named:
    """The rows of `member` [rows × dimensions]."""
    there = np.zeros(len(registry) + 1, dtype=np.bool_)  # the last is UNTOLD
    there[member] = True
    ids = np.flatnonzero(there[:-1])
    width = next(width for width in (1, 2, 4) if len(ids) <= 2 ** (8 * width - 1))
    index = np.full(len(there), UNTOLD, dtype=f"i{width}")
    index[ids] = np.arange(len(ids))
    columns = index[member.T]
    return Named(dimensions, [registry.names[i] for i in ids.tolist()], width, columns.tobytes())


def members(of: Named, rows: int, dimensions: Sequence[str], registry: Registry) -> Segments:
    """The inverse, for `dimensions` as they are now: [rows × dimensions], UNTOLD where one is new."""
    member: Segments = np.full((rows, len(dimensions)), UNTOLD, dtype=np.int32)
    ids = [registry.id(d, value) if d in dimensions else UNTOLD for d, value in of.segments]
    segment = np.array([*ids, UNTOLD], dtype=np.int32)
    indexes = np.frombuffer(of.indexes, dtype=f"i{of.width}")
    for number, dimension in enumerate(of.dimensions):
        if dimension in dimensions:
            member[:, dimensions.index(dimension)] = segment[indexes[number * rows : (number + 1) * rows]]
    return member
