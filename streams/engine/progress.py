"""What a source partition's changelog holds besides panes: how far it has come, and where sessions were opened. And
which of two records stands."""

from __future__ import annotations

import msgspec

from streams.engine import keys
from streams.events import mark
from streams.panes import codec
from streams.panes.progress import Progress

PROGRESS = b"progress"  # the key


_progress = msgspec.json.Decoder(Progress)


def encode(progress: Progress) -> bytes:
    """As a record's value."""
    return mark.pack(progress.mark, msgspec.json.encode(progress))


def decode(value: bytes) -> Progress:
    """The inverse of `encode`. Raises msgspec.DecodeError."""
    return _progress.decode(mark.unpack(value))


def newer(key: bytes, new: bytes, old: bytes) -> bool:
    """May `new` stand in the place of `old` under `key` of the panes' changelog? What has seen more stands."""
    if keys.is_openings(key):
        return True  # it is the same
    if key != PROGRESS:
        return codec.newer(codec.head(new), codec.head(old))
    return newer_shard(key, new, old)


def newer_shard(_: bytes, new: bytes, old: bytes) -> bool:
    """The same of a shard of visitors' history."""
    return mark.newer(new, old)
