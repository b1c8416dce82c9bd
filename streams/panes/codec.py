"""Panes as records: the same bytes in the changelog (all dimensions) and on segment_panes (one dimension each)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from streams.events.mark import Mark
from streams.events.topics import RANK, SOURCE_TOPICS
from streams.kpis.measures import Measures
from streams.messages import PaneSnapshot, Watermark
from streams.panes.pane import Pane
from streams.segments.registry import Registry

Counts = dict[str, dict[str, list[int]]]  # dimension -> value -> count by measure

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(PaneSnapshot)
_watermarks = msgspec.msgpack.Decoder(Watermark)


class Head(msgspec.Struct, frozen=True, array_like=True):
    """The first fields of a PaneSnapshot: what a pane has seen, read in a tenth of the time that its counts take."""

    partition: int
    level: int
    start: int
    watermark: int
    offsets: dict[str, int]


_heads = msgspec.msgpack.Decoder(Head)


def encode(message: PaneSnapshot | Watermark) -> bytes:
    """The message as a record's value."""
    return _encoder.encode(message)


def decode(value: bytes) -> PaneSnapshot:
    """The snapshot in a record's value. Raises msgspec.DecodeError."""
    return _decoder.decode(value)


def head(value: bytes) -> Head:
    """What the snapshot in a record's value has seen. Raises msgspec.DecodeError."""
    return _heads.decode(value)


def decode_watermark(value: bytes) -> Watermark:
    """The watermark in a record's value. Raises msgspec.DecodeError."""
    return _watermarks.decode(value)


def snapshot(
    pane: Pane, *, partition: int, level: int, start: int, registry: Registry, measures: Measures
) -> PaneSnapshot:
    """A pane as it stands, segments and measures by name; measures that nobody has anything of are left out."""
    some = np.flatnonzero(pane.counts.any(axis=0)).tolist()
    return PaneSnapshot(
        partition=partition,
        level=level,
        start=start,
        watermark=pane.watermark,
        offsets={SOURCE_TOPICS[rank]: offset for rank, offset in pane.offsets.items()},
        measures=[measures.names[column] for column in some],
        counts=named(pane, some, registry),
    )


def named(pane: Pane, columns: Sequence[int], registry: Registry) -> Counts:
    """Some columns of a pane's counts, by dimension and value."""
    counts: Counts = {}
    for segment, row in zip(pane.ids.tolist(), pane.counts[:, columns].tolist(), strict=True):
        dimension, value = registry.names[segment]
        counts.setdefault(dimension, {})[value] = row
    return counts


def restored(record: PaneSnapshot, registry: Registry, dimensions: Mapping[str, object], measures: Measures) -> Pane:
    """The pane that `record` holds; dimensions and measures that are no longer declared are left out."""
    pane = Pane(
        len(measures.names),
        {RANK[topic]: offset for topic, offset in record.offsets.items() if topic in RANK},
        record.watermark,
    )
    segments: list[int] = []
    rows: list[list[int]] = []
    for dimension, values in record.counts.items():
        if dimension in dimensions:
            segments += [registry.id(dimension, value) for value in values]
            rows += values.values()
    if not rows:
        return pane
    ids, place = np.unique(np.array(segments, dtype=np.int64), return_inverse=True)
    counts = np.zeros((len(ids), len(measures.names)), dtype=np.int64)
    there = [(kept, given) for given, kept in enumerate(map(measures.column, record.measures)) if kept >= 0]
    if there:
        kept, given = map(list, zip(*there, strict=True))
        # Several values are one where the dimension had no room for them.
        np.add.at(counts, (place[:, None], kept), np.array(rows, dtype=np.int64)[:, given])
    pane.add(ids, counts)
    return pane


def newer(new: PaneSnapshot | Head, old: PaneSnapshot | Head) -> bool:
    """Has `new` seen at least all that `old` has? Offsets make the order of snapshots; arrival does not.

    A worker that was stopped and wakes beside its successor may write late; what has seen more stands.
    """
    return mark(new).includes(mark(old))


def mark(of: PaneSnapshot | Head) -> Mark:
    """What a snapshot has seen."""
    return Mark(of.watermark, of.offsets)


def by_dimension(record: PaneSnapshot) -> dict[str, PaneSnapshot]:
    """The record split for segment_panes: one of each dimension."""
    return {
        dimension: msgspec.structs.replace(record, counts={dimension: values})
        for dimension, values in record.counts.items()
    }
