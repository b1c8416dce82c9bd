"""Values that may be too large for a record of Kafka: then they are written as parts, of which a reader takes all or
none.

    3/1767225600000          the value, where it is small, as it mostly is
    3/1767225600000#/0/2     part 2 of it, of the first of two generations: see parts

Where both are there, what has seen more stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from streams.engine import parts
from streams.engine.store import Newer
from streams.events.mark import Mark

_SIGN = "#"  # ends the name that parts of a value have; no other key has it


def newer(whole: Newer) -> Newer:
    """The same for records of which some may be parts: may `new` stand in the place of `old`?"""
    return lambda key, new, old: (whole if _of(key) is None else parts.newer)(key, new, old)


class Parting:
    """Which values of one topic, of one source partition, are there in parts."""

    def __init__(self) -> None:
        self._there: dict[bytes, set[bytes]] = {}  # by key: the parts' keys, to be taken back with it
        self._next: dict[bytes, int] = {}  # by key: the generation whose turn it is
        self._version: dict[bytes, int] = {}  # by key: the last

    def read(self, held: Mapping[bytes, bytes], newer: Newer) -> dict[bytes, bytes]:
        """The values by key in what a changelog holds; `newer` says of two which stands."""
        values = {}
        for key, value in held.items():
            of = _of(key)
            if of is None:
                values[key] = value
                continue
            self._there.setdefault(of, set()).add(key)
            self._version[of] = max(parts.version(value), self._version.get(of, -(2**63)))
        for key in self._there:
            self._next[key], whole = parts.join(_name(key), held)
            if whole is not None and (key not in values or newer(key, whole, values[key])):
                values[key] = whole
        return values

    def suspect(self, key: bytes, size: int) -> None:
        """A predecessor may have written a value of up to `size` bytes there."""
        self._there[key] = set(parts.keys(_name(key), size))

    def records(self, key: bytes, value: bytes | None, seen: Mark) -> Iterator[tuple[bytes, bytes | None]]:
        """What to write for a value, which is of the events of `seen`; None takes it back, and all parts with it."""
        if value is None:
            yield key, None
            self._next.pop(key, None)
            self._version.pop(key, None)
            yield from dict.fromkeys(sorted(self._there.pop(key, ()))).items()
        elif len(value) <= parts.LARGEST:
            yield key, value
        else:
            # What has seen more has the larger version; of the same a pane may be written twice, before and after
            # finer ones went into it.
            version = self._version[key] = max(seen.rank, self._version.get(key, -(2**63)) + 1)
            generation = self._next.get(key, 0)
            self._next[key] = parts.after(generation)
            for part, data in parts.split(_name(key), generation, version, value, parts.LARGEST):
                self._there.setdefault(key, set()).add(part)
                yield part, data


class Arriving:
    """Records of a topic that is read as it comes."""

    def __init__(self) -> None:
        self._parts: dict[bytes, dict[bytes, bytes]] = {}  # by key: those of values that are not whole yet

    def take(self, key: bytes, value: bytes) -> tuple[bytes, bytes] | None:
        """The value that is whole with this record, and its key; None: more is to come."""
        of = _of(key)
        if of is None:
            return key, value
        if key.endswith(b"/0"):  # the first of what is written now: what is there of another was cut short
            self._parts.pop(of, None)
        held = self._parts.setdefault(of, {})
        held[key] = value
        _, whole = parts.join(_name(of), held)
        if whole is None:
            return None
        del self._parts[of]
        return of, whole

    def gone(self, key: bytes) -> None:
        """The value of this key is taken back: of parts that compaction has left the others will not come."""
        self._parts.pop(key, None)


def _name(key: bytes) -> str:
    return key.decode() + _SIGN


def _of(key: bytes) -> bytes | None:
    """The key of the value that a part is of; None: it is no part."""
    of, sign, _ = key.partition(_SIGN.encode())
    return of if sign else None
