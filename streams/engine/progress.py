"""What a source partition's changelog holds besides panes: how far it has come. And which of two records stands."""

from __future__ import annotations

import zlib

import msgspec

from streams.behaviour.shards import Mark
from streams.panes import codec
from streams.panes.progress import Progress

PROGRESS = b"progress"  # the key


class _Record(msgspec.Struct, array_like=True):
    """What makes the order of records, and the rest, which may be of 100,000 open sessions, packed."""

    watermark: int
    offsets: dict[str, int]
    rest: bytes


_records = msgspec.msgpack.Decoder(_Record)
_rest = msgspec.json.Decoder(Progress)


def encode(progress: Progress) -> bytes:
    """As a record's value."""
    rest = zlib.compress(msgspec.json.encode(progress), level=1)
    return msgspec.msgpack.encode(_Record(progress.watermark, progress.offsets, rest))


def decode(value: bytes) -> Progress:
    """The inverse of `encode`. Raises msgspec.DecodeError."""
    return _rest.decode(zlib.decompress(_records.decode(value).rest))


def newer(key: bytes, new: bytes, old: bytes) -> bool:
    """May `new` stand in the place of `old` under `key` of the panes' changelog? What has seen more stands."""
    if key != PROGRESS:
        return codec.newer(codec.head(new), codec.head(old))
    ahead, behind = _records.decode(new), _records.decode(old)
    return Mark(ahead.watermark, ahead.offsets).includes(Mark(behind.watermark, behind.offsets))
