"""How far somebody has come, and records that say so first: of two what has seen more stands, whoever comes last."""

from __future__ import annotations

import zlib
from typing import NamedTuple

import msgspec


class Mark(NamedTuple):
    """The events at or below `offsets` (topic -> offset) and before `watermark` (ms)."""

    watermark: int
    offsets: dict[str, int]

    def includes(self, other: Mark) -> bool:
        """Are all events of `other` among these?"""
        mine = self.offsets
        return self.watermark >= other.watermark and all(mine.get(t, -1) >= last for t, last in other.offsets.items())

    @property
    def rank(self) -> int:
        """A number that rises with what is included: of two of which one includes the other, that has the larger."""
        return self.watermark + sum(self.offsets.values()) + len(self.offsets)


class _Record(msgspec.Struct, array_like=True):
    watermark: int
    offsets: dict[str, int]
    content: bytes  # compressed


_records = msgspec.msgpack.Decoder(_Record)
_encode = msgspec.msgpack.Encoder().encode


def pack(mark: Mark, content: bytes) -> bytes:
    """What is of the events of `mark`, as a record's value."""
    return _encode(_Record(mark.watermark, mark.offsets, zlib.compress(content, level=1)))


def unpack(value: bytes) -> bytes:
    """The content of a record's value. Raises msgspec.DecodeError."""
    return zlib.decompress(_records.decode(value).content)


def mark_of(value: bytes) -> Mark:
    """The events that a record's value is of. Raises msgspec.DecodeError."""
    record = _records.decode(value)
    return Mark(record.watermark, record.offsets)


def newer(new: bytes, old: bytes) -> bool:
    """May the record's value `new` stand in the place of `old`?"""
    return mark_of(new).includes(mark_of(old))
