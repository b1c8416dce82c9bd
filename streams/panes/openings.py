"""In which segments each visitor's open session was opened: all of its parts count in these.

      page view: spring   click: none      form fill: none
    ──┬───────────────────┬────────────────┬──────────────►
      └─ campaign:spring  └─ its interval  └─ its form fill: in campaign:spring too

A successor that reads the opening event again cannot find out where it belonged: the traits and the history that it
begins with are of later. So each checkpoint tells of the openings since the one before, by the event that opened, ahead
of the traits and the history. What is told is so and stays so, whoever tells it: records never take each other's place.
They go when none of their sessions could be found by reading again; those that are open still are told of in the
progress (see OpenSession).
"""

from __future__ import annotations

import copy
import secrets
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from streams.events.columns import Bools, Columns, Ints, Ranks, Rows, Segments, grown
from streams.segments.named import UNTOLD, Named, members, named
from streams.segments.registry import Registry

_AT_ONCE = 16_384  # openings of a record, which so stays under a megabyte
_TOPIC = 48  # bits of an offset, before its topic's rank
_NOTHING: Ints = np.empty(0, dtype=np.int64)

Records = Mapping[str, bytes]  # by name


class _Record(NamedTuple):
    """Openings before a time (ms), by rising numbers of topic and offset."""

    before: int
    events: bytes  # each number as what it is more than the one before
    opened: Named


class Visits(NamedTuple):
    """Events that are in sessions; all of the same length."""

    event: Ints  # its index
    visitor: Rows
    opening: Ints  # of each visit the one that opened its session; -1: it had been opened before


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Record).decode


class Openings:
    """By visitor row the segments [rows × dimensions], and which event opened; `_due` are those not yet told of."""

    def __init__(self, dimensions: Sequence[str], registry: Registry) -> None:
        self._dimensions = dimensions
        self._registry = registry
        self._segments: Segments = np.full((1024, len(dimensions)), UNTOLD, dtype=np.int32)
        self._event: Ints = np.full(1024, -1, dtype=np.int64)
        self._due = np.zeros(1024, dtype=np.bool_)
        #: What a predecessor has told of: numbers of events (sorted), and their segments.
        self._told, self._told_segments = _NOTHING, self._segments[:0]
        self._records: dict[str, int] = {}  # those there are: all before this time (ms)
        self._read_again_since = -(2**62)  # ms, by who begins with the last progress

    def copy(self) -> Openings:
        """The same, to go their own way from here."""
        other = copy.copy(self)
        other._segments, other._event, other._due = self._segments.copy(), self._event.copy(), self._due.copy()
        return other

    def grow(self, visitors: int) -> None:
        """Make room for visitor rows up to `visitors`."""
        self._segments = grown(self._segments, visitors, UNTOLD)
        self._event, self._due = grown(self._event, visitors, -1), grown(self._due, visitors, False)

    def forget(self, rows: Ints) -> None:
        """These rows are to be other visitors'."""
        self._segments[rows], self._event[rows], self._due[rows] = UNTOLD, -1, False

    def told(self, events: Columns) -> Ints:
        """Of each event the place of what has been told of the session that it opened; -1: nothing has."""
        place: Ints = np.full(len(events), -1, dtype=np.int64)
        if len(self._told):
            number = _number(events.topic, events.offset)
            found = np.minimum(np.searchsorted(self._told, number), len(self._told) - 1)
            hit = self._told[found] == number
            place[hit] = found[hit]
        return place

    def of(self, events: Columns, visits: Visits, member: Segments | None, told: Ints, counted: Bools) -> Segments:
        """[visits × dimensions]: where the session of each began; UNTOLD where nobody knows.

        `member` [events × dimensions] are the events' own segments, None where nobody has asked. `told` as above;
        `counted`: those that a predecessor had dealt with, whose own segments nobody can find out any more.
        """
        began = self._segments[visits.visitor]
        here = np.flatnonzero(visits.opening >= 0)
        opening = visits.opening[here]
        event = visits.event[opening]
        began[here] = self._opened(event, member, told, counted)
        opens = opening == here
        here, event = here[opens], event[opens]
        row = visits.visitor[here]
        self._segments[row] = began[here]
        self._event[row] = _number(events.topic[event], events.offset[event])
        self._due[row] = (told[event] < 0) & ~counted[event]
        return began

    def _opened(self, event: Ints, member: Segments | None, told: Ints, counted: Bools) -> Segments:
        """The segments of sessions by the event that opened them."""
        if member is None:
            opened: Segments = np.full((len(event), len(self._dimensions)), UNTOLD, dtype=np.int32)
        else:
            opened = member[event]
            opened[counted[event]] = UNTOLD
        known = np.flatnonzero(told[event] >= 0)
        opened[known] = self._told_segments[told[event[known]]]
        return opened

    # -- what is written of it ----------------------------------------------------------------------------------

    def load(self, records: Records, rows: Ints, opened: Named) -> None:
        """Begin with the `records` there are, and what progress has told of the sessions of these visitor rows."""
        self._segments[rows] = members(opened, len(rows), self._dimensions, self._registry)
        found = list(map(_decode, records.values()))
        self._records = {name: each.before for name, each in zip(records, found, strict=True)}
        if found:
            events = [np.frombuffer(each.events, dtype=np.int64).cumsum() for each in found]
            opened_in = [
                members(each.opened, len(numbers), self._dimensions, self._registry)
                for each, numbers in zip(found, events, strict=True)
            ]
            self._told, first = np.unique(np.concatenate(events), return_index=True)
            self._told_segments = np.concatenate(opened_in)[first]

    def due(self, watermark: int, since: int) -> dict[str, bytes | None]:
        """The records to write at `watermark` (ms), of the openings since the last call; None: it is to go.

        `since`: ms; all events from here on are read again by who begins with the progress that is written after this.
        """
        # By now all is read again that a predecessor had dealt with.
        self._told, self._told_segments = _NOTHING, self._segments[:0]
        gone = [name for name, before in self._records.items() if before <= self._read_again_since]
        for name in gone:
            del self._records[name]
        out: dict[str, bytes | None] = dict.fromkeys(gone)
        self._read_again_since = since
        rows = np.flatnonzero(self._due)
        rows = rows[np.argsort(self._event[rows])]
        self._due[rows] = False
        for first in range(0, len(rows), _AT_ONCE):
            some, name = rows[first : first + _AT_ONCE], secrets.token_hex(8)
            rises = np.diff(self._event[some], prepend=0)
            out[name] = _encode(_Record(watermark, rises.tobytes(), self.named(some)))
            self._records[name] = watermark
        return out

    def named(self, rows: Ints) -> Named:
        """The segments of these visitor rows."""
        return named(self._segments[rows], self._dimensions, self._registry)


def _number(topic: Ranks, offset: Ints) -> Ints:
    """Of each event its topic and offset in one."""
    number: Ints = (topic.astype(np.int64) << _TOPIC) | offset
    return number
