"""A large state as records of less than a megabyte each, of which a successor takes all or none.

The records of one state are a generation. Two generations take turns, so that while one is being written the other is
whole: a worker that dies in between leaves the last but one.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping

import msgspec

LARGEST = 900_000  # bytes of a part: Kafka's own limit is 1 MB unless it is told otherwise
_GENERATIONS = 2


class Part(msgspec.Struct, frozen=True, array_like=True):
    """One record."""

    version: int  # of the state; rises
    parts: int  # how many belong together
    data: bytes


_part = msgspec.msgpack.Decoder(Part)


def key(name: str, generation: int, number: int) -> bytes:
    """The key of part `number` of the state called `name`."""
    return f"{name}/{generation}/{number}".encode()


def names(held: Mapping[bytes, bytes]) -> set[str]:
    """Of which states there are records."""
    return set(map(name, held))


def name(key: bytes) -> str:
    """Of which state a record is, by its key."""
    return key.decode().rsplit("/", 2)[0]


def keys(name: str, size: int) -> Iterator[bytes]:
    """Those that any state of up to `size` bytes may have had, and a few more."""
    for generation in range(_GENERATIONS):
        for number in range(size // LARGEST + 2):  # what cannot be compressed gets a little larger
            yield key(name, generation, number)


def split(
    name: str, generation: int, version: int, state: bytes, largest: int = LARGEST
) -> Iterator[tuple[bytes, bytes]]:
    """The records (key, value) of a state."""
    packed = zlib.compress(state, 1)  # most segments stand alike
    pieces = [packed[start : start + largest] for start in range(0, len(packed), largest)]
    for number, piece in enumerate(pieces):
        yield key(name, generation, number), msgspec.msgpack.encode(Part(version, len(pieces), piece))


def join(name: str, held: Mapping[bytes, bytes]) -> tuple[int, bytes | None]:
    """The newest whole state called `name` among the records `held`, None where there is none; and the generation that
    the next is to be written as."""
    found = [(whole, generation) for generation in range(_GENERATIONS) if (whole := _whole(name, generation, held))]
    if not found:
        return 0, None
    (_, packed), generation = max(found)
    return after(generation), zlib.decompress(packed)


def after(generation: int) -> int:
    """Whose turn it is after `generation`."""
    return (generation + 1) % _GENERATIONS


def version(part: bytes) -> int:
    """Of the state that a record is of."""
    return _part.decode(part).version


def newer(_: bytes, new: bytes, old: bytes) -> bool:
    """May the record `new` stand in the place of `old`?"""
    return _part.decode(new).version >= _part.decode(old).version


def _whole(name: str, generation: int, held: Mapping[bytes, bytes]) -> tuple[int, bytes] | None:
    """Version and packed state, if all parts of one version are there."""
    first = held.get(key(name, generation, 0))
    if first is None:
        return None
    head = _part.decode(first)
    parts = [held.get(key(name, generation, number)) for number in range(head.parts)]
    read = [_part.decode(part) for part in parts if part is not None]
    if len(read) < head.parts or any(part.version != head.version for part in read):
        return None
    return head.version, b"".join(part.data for part in read)
