"""A shard of the history as a record of Kafka."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from streams.behaviour.buckets import Buckets
from streams.events.columns import Ints
from streams.events.mark import Mark, pack, unpack

Track = tuple[str, int]  # measure, and ms of a bucket
Rows = Callable[[Sequence[str]], Ints]  # of visitors by their names


class _Entries(msgspec.Struct, array_like=True):
    """Those of one track, by visitor: numbers as bytes, the first two of 32 bits, the amounts of 64."""

    measure: str
    unit: int
    visitor: bytes  # index into the names, each as the difference to the one before
    bucket: bytes
    amount: bytes


class _Content(msgspec.Struct, array_like=True):
    visitors: list[str]
    tracks: list[_Entries]


_contents = msgspec.msgpack.Decoder(_Content)
_encode = msgspec.msgpack.Encoder().encode


def encode(mark: Mark, visitors: Ints, names: Sequence[str], tracks: Mapping[Track, Buckets]) -> bytes | None:
    """What `tracks` keep of `visitors` (rows, sorted), from the events of `mark`; None where that is nothing."""
    found = {track: buckets.of(visitors) for track, buckets in tracks.items()}
    kept = np.zeros(len(visitors), dtype=np.bool_)
    for which, _, _ in found.values():
        kept[which] = True
    if not kept.any():
        return None
    index, visitors = np.cumsum(kept) - 1, visitors[kept]
    packed = []
    for (measure, unit), (which, bucket, amount) in found.items():
        numbers = (_bytes(np.diff(index[which], prepend=0), "<i4"), _bytes(bucket, "<u4"), _bytes(amount, "<i8"))
        packed.append(_Entries(measure, unit, *numbers))
    return pack(mark, _encode(_Content([names[row] for row in visitors.tolist()], packed)))


class Loaded(NamedTuple):
    """What a record holds: visitors (rows), and by track of each entry the visitor, the bucket and the amount."""

    visitors: Ints
    tracks: dict[Track, tuple[Ints, Ints, Ints]]


def decode(value: bytes, rows: Rows) -> Loaded:
    """The inverse of `encode`; `rows` gives visitors theirs."""
    content = _contents.decode(unpack(value))
    visitors = rows(content.visitors)
    tracks = {
        (of.measure, of.unit): (
            visitors[np.cumsum(_numbers(of.visitor, "<i4"))],
            _numbers(of.bucket, "<u4"),
            _numbers(of.amount, "<i8"),
        )
        for of in content.tracks
    }
    return Loaded(visitors, tracks)


def _bytes(numbers: Ints, kind: str) -> bytes:
    return numbers.astype(kind).tobytes()


def _numbers(text: bytes, kind: str) -> Ints:
    return np.frombuffer(text, dtype=kind).astype(np.int64)
