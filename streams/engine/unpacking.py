"""Records of Kafka's format 2 unpacked many at a time, without an object for each.

    size  attributes  time  offset  key size  key  value size  value  number of headers  headers
          = 0                                                         = 0, mostly

Numbers are varints, so where a record begins is known only once the one before it is read. But neither JSON nor most
keys have bytes that are 0: where two of them are as near as the end of a record and the attributes of the next, a
record is guessed to begin. That each guess is followed by the next at the distance that the record's own size says,
from the first byte to the last, is proof. Where it is not so (headers, other bytes), aiokafka unpacks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from streams.events.columns import Ints
from streams.events.values import Values

Text = npt.NDArray[np.uint8]

_SIZE_BYTES = 4  # of a record's size, at most, for it to be guessed: records of 128 MB
_SPACE, _BREAK = b" \n"


class Packed(NamedTuple):
    """A batch of records, not compressed any more."""

    base: int  # the offset that the records' own are added to
    records: int
    text: bytes


def unpacked(batches: Sequence[Packed]) -> tuple[Ints, Values] | None:
    """The offsets and the values of all records; None where aiokafka must unpack them."""
    joined = bytearray().join([batch.text for batch in batches])
    text = np.frombuffer(joined, dtype=np.uint8)
    if not len(text):
        return None
    try:
        begins = _guessed(text)
        size, at = _varints(text, begins)
        ends = at + size
        if not _is_proven(batches, begins, ends):
            return None
        _, at = _varints(text, at + 1)
        offset, at = _varints(text, at)
        size, at = _varints(text, at)
        size, starts = _varints(text, at + np.maximum(size, 0))
    except IndexError:
        return None
    after = starts + np.maximum(size, 0)
    if not np.array_equal(after + 1, ends):
        return None  # headers
    _blank(text, starts, after)
    base = np.repeat([batch.base for batch in batches], [batch.records for batch in batches])
    return base + offset, Values(joined, starts, starts + size)


def _guessed(text: Text) -> Ints:
    """Where records begin, if they have no headers and no zeros of their own at such distances."""
    zeros = np.flatnonzero(text == 0)
    distance = np.diff(zeros)
    return np.append(0, zeros[:-1][(distance > 1) & (distance <= _SIZE_BYTES + 1)] + 1)


def _is_proven(batches: Sequence[Packed], begins: Ints, ends: Ints) -> bool:
    """Is each record followed by the next, and each batch of as many as it says?"""
    counts, sizes = np.array([[batch.records, len(batch.text)] for batch in batches]).cumsum(axis=0).T
    if counts[-1] != len(begins) or not np.array_equal(ends[:-1], begins[1:]):
        return False
    return np.array_equal(ends[counts - 1], sizes)


def _varints(text: Text, at: Ints) -> tuple[Ints, Ints]:
    """The numbers that begin `at`, and where what follows each of them begins."""
    byte = text[at]
    value, after = (byte & 0x7F).astype(np.int64), at + 1
    longer, shift = np.flatnonzero(byte & 0x80), 7
    while len(longer):
        byte = text[after[longer]]
        value[longer] |= (byte & 0x7F).astype(np.int64) << shift
        after[longer] += 1
        longer, shift = longer[byte >= 0x80], shift + 7
    return (value >> 1) ^ -(value & 1), after


def _blank(text: Text, starts: Ints, ends: Ints) -> None:
    """Nothing but white space between the values."""
    before = np.append(0, ends[:-1])
    length = starts - before
    text[np.repeat(before - np.cumsum(length) + length, length) + np.arange(int(length.sum()))] = _SPACE
    text[starts - 1] = _BREAK
