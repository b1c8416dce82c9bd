"""Visitors as rows: who each is, by trait dimension, as of the last profile or event that said so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from streams.events.columns import Columns, Ints
from streams.segments.registry import UNKNOWN, Registry, text

_ROOM = 65_536  # visitors before it is looked who may be forgotten

Traits = dict[str, tuple[str, int]]  # trait -> value, and the time (ms) as of which it holds


class Visitors:
    """Row numbers of visitors, and their segment id in each trait dimension [rows × trait dimensions].

    Who is not known by any trait and has not been heard of for a while leaves nothing behind when forgotten, so the
    rows are bounded by those known and those lately here.
    """

    def __init__(self, traits: Mapping[str, str], registry: Registry) -> None:
        """`traits` maps dimension to trait name, in the order of the columns."""
        self._traits = traits
        self._registry = registry
        self._rows: dict[str, int] = {}
        self.names: list[str] = []  # of a free row: the last visitor's that was there
        self._free: list[int] = []
        self._room = _ROOM
        self._unknown: Ints = np.array([registry.id(d, UNKNOWN) for d in traits], dtype=np.int64)
        self._member: Ints = np.tile(self._unknown, (1024, 1))
        self._as_of: Ints = np.full(self._member.shape, -1, dtype=np.int64)  # ms
        self._last: Ints = np.full(1024, -1, dtype=np.int64)  # ms: the newest event
        self._said: set[int] = set()  # rows of which events have said something

    def __len__(self) -> int:
        return len(self.names)

    def rows(self, visitors: Sequence[str], times: Ints) -> Ints:
        """The row of each visitor, heard of at its time (ms); those that have none get one."""
        rows, names, free = self._rows, self.names, self._free
        out = np.empty(len(visitors), dtype=np.int64)
        for i, visitor in enumerate(visitors):
            row = rows.get(visitor)
            if row is None and free:
                row = rows[visitor] = free.pop()
                names[row] = visitor
            elif row is None:
                row = rows[visitor] = len(names)
                names.append(visitor)
            out[i] = row
        if len(names) > len(self._member):
            more = max(len(names), 2 * len(self._member)) - len(self._member)
            self._member = np.concatenate([self._member, np.tile(self._unknown, (more, 1))])
            self._as_of = np.concatenate([self._as_of, np.full((more, len(self._unknown)), -1, dtype=np.int64)])
            self._last = np.concatenate([self._last, np.full(more, -1, dtype=np.int64)])
        np.maximum.at(self._last, out, times)
        return out

    def forget(self, before: int) -> Ints:
        """Once it is crowded: free the rows of those not known by any trait and not heard of since `before` (ms).

        Returns the rows freed. Nothing else may know anything of events before `before`.
        """
        if len(self._rows) < self._room:
            return np.empty(0, dtype=np.int64)
        used = np.fromiter(self._rows.values(), dtype=np.int64, count=len(self._rows))
        freed = used[(self._as_of[used] < 0).all(axis=1) & (self._last[used] < before)]
        for row in freed.tolist():
            del self._rows[self.names[row]]
        self._free += freed.tolist()
        self._last[freed] = -1
        self._room = max(_ROOM, 2 * len(self._rows))
        return freed

    def member(self, events: Columns) -> Ints:
        """[events × trait dimensions]: each event's segment ids as of its own time.

        `events` are in order; traits that come with them (a profile, or an event's own) hold from that row on, for
        this batch and for all that follow.
        """
        member = self._member[events.visitor]
        said = np.flatnonzero(np.array([t is not None for t in events.traits], dtype=np.bool_))
        if not len(said):
            return member
        updates = self._updates(events.traits[said])
        visitor, time = events.visitor[said], events.time[said]
        updates[time[:, None] < self._as_of[visitor]] = -1  # something newer is known
        for column in range(member.shape[1]):
            set_here = np.flatnonzero(updates[:, column] >= 0)
            np.maximum.at(self._as_of[:, column], visitor[set_here], time[set_here])
        self._said.update(visitor[events.kind[said] >= 0].tolist())
        # Only the visitors that said something are looked at closer.
        touched = np.flatnonzero(np.isin(events.visitor, visitor))
        order = touched[np.argsort(events.visitor[touched], kind="stable")]
        at = np.full(len(events), -1, dtype=np.int64)
        at[said] = np.arange(len(said))
        head = np.ones(len(order), dtype=np.bool_)
        head[1:] = events.visitor[order][1:] != events.visitor[order][:-1]
        for column in range(member.shape[1]):
            says = at[order]
            value = np.where(says >= 0, updates[says, column], -1)
            member[order, column] = _carried(value, head, member[order, column])
        last = order[np.append(head[1:], True)]
        self._member[events.visitor[last]] = member[last]
        return member

    def _updates(self, traits: npt.NDArray[np.object_]) -> Ints:
        """[records × trait dimensions]: the segment id that each record sets; -1 where it says nothing."""
        out = np.full((len(traits), len(self._traits)), -1, dtype=np.int64)
        for i, said in enumerate(traits):
            for j, (dimension, trait) in enumerate(self._traits.items()):
                if trait in said:
                    out[i, j] = self._registry.id(dimension, text(said[trait]))
        return out

    def load(self, traits: Mapping[str, Traits]) -> None:
        """Begin with what is known of visitors."""
        for row, known in zip(
            self.rows(list(traits), np.full(len(traits), -1, dtype=np.int64)).tolist(), traits.values(), strict=True
        ):
            for column, (dimension, trait) in enumerate(self._traits.items()):
                if trait in known:
                    value, self._as_of[row, column] = known[trait]
                    self._member[row, column] = self._registry.id(dimension, value)

    def said(self) -> dict[str, Traits]:
        """All that is known of the visitors of whom events have said something since the last call."""
        out = {}
        for row in self._said:
            values = (self._registry.names[i][1] for i in self._member[row])
            known = zip(self._traits.values(), values, self._as_of[row].tolist(), strict=True)
            out[self.names[row]] = {trait: (value, as_of) for trait, value, as_of in known if as_of >= 0}
        self._said.clear()
        return out


def _carried(value: Ints, head: npt.NDArray[np.bool_], before: Ints) -> Ints:
    """Within each group (`head` marks its first): the last non-negative value so far, `before` where there is none."""
    index = np.arange(len(value))
    group = np.maximum.accumulate(np.where(head, index, 0))
    last = np.maximum.accumulate(np.where(value >= 0, index, -1))
    return np.where(last >= group, value[np.maximum(last, 0)], before)
