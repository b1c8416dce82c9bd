"""Keys of the records that the engine writes."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

from streams.panes.panes import Key
from streams.settings import Dimension

WATERMARK = "watermark"
_OPENINGS = b"openings-"


def pane(key: Key) -> bytes:
    """A pane in its source partition's changelog."""
    return f"{key[0]}/{key[1]}".encode()


def parse_pane(key: bytes) -> Key:
    """The inverse of `pane`. Raises ValueError."""
    level, start = key.split(b"/")
    return int(level), int(start)


def openings(name: str) -> bytes:
    """A record of where sessions were opened, in a source partition's changelog of panes."""
    return _OPENINGS + name.encode()


def is_openings(key: bytes) -> bool:
    """Is it the key of such a record?"""
    return key.startswith(_OPENINGS)


def parse_openings(key: bytes) -> str:
    """The inverse of `openings`."""
    return key.removeprefix(_OPENINGS).decode()


def shard(number: int) -> bytes:
    """A shard of its visitors' history, in a source partition's changelog."""
    return str(number).encode()


def parse_shard(key: bytes) -> int:
    """The inverse of `shard`. Raises ValueError."""
    return int(key)


def segment_pane(dimension: str, partition: int, key: Key) -> bytes:
    """A dimension's part of a pane on segment_panes."""
    return f"{dimension}/{partition}/{key[0]}/{key[1]}".encode()


def parse_segment_pane(key: bytes) -> Key:
    """The pane of a key from `segment_pane`. Raises ValueError."""
    _, _, level, start = key.split(b"/")
    return int(level), int(start)


def watermark(dimension: str, partition: int) -> bytes:
    """A source partition's watermark on segment_panes."""
    return f"{dimension}/{partition}/{WATERMARK}".encode()


def is_watermark(key: bytes) -> bool:
    """Which of the two kinds of record on segment_panes is it?"""
    return key.endswith(WATERMARK.encode())


def dimension_of(key: bytes) -> str:
    """The dimension of a record on segment_panes."""
    return key.split(b"/", 1)[0].decode()


def readers(dimension: str, dimensions: Mapping[str, Dimension], partitions: int) -> list[int]:
    """The partitions of segment_panes that the panes of a dimension are on: its own and, of a cross, its parts' too.

    So who scores a part sees what it is made of; see streams.diagnosis.
    """
    return sorted({owner(name, partitions) for name in (dimension, *dimensions[dimension].cross)})


def owner(dimension: str, partitions: int) -> int:
    """The partition of segment_panes (and of what comes of it) that a dimension is scored on."""
    return zlib.crc32(dimension.encode()) % partitions
