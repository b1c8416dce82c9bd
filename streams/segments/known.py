"""Who each visitor is, by trait dimension, as of the last profile or event that said so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from streams.events.columns import NOBODY, Bools, Columns, Ints, Segments, grown
from streams.segments.registry import UNKNOWN, Registry, text

Traits = dict[str, tuple[str, int]]  # trait -> value, and the time (ms) as of which it holds

_REMEMBERED = 100_000  # values of a trait of which the segment is kept at hand
_UNSAID = object()
_PLAIN = {str, int, type(None), type(_UNSAID)}  # not float and bool, which may be equal to an int of another text


class Known:
    """The segment id of each visitor row in each trait dimension, and since when: [rows × trait dimensions]."""

    def __init__(self, traits: Mapping[str, str], registry: Registry) -> None:
        """`traits` maps dimension to trait name, in the order of the columns."""
        self._traits = traits
        self._registry = registry
        self._unknown: Segments = np.array([registry.id(d, UNKNOWN) for d in traits], dtype=np.int32)
        self._member: Segments = np.tile(self._unknown, (1024, 1))
        self._as_of: Ints = np.full(self._member.shape, -1, dtype=np.int64)  # ms
        self._said: set[int] = set()  # rows of which events have said something, or which profiles have unset
        #: By column: value of the trait -> segment. Equal values of these kinds are the same text.
        self._ids: list[dict[object, int]] = [{} for _ in traits]

    def copy(self) -> Known:
        """The same, to go its own way from here."""
        other = Known(self._traits, self._registry)
        other._member, other._as_of = self._member.copy(), self._as_of.copy()
        return other

    def grow(self, visitors: int) -> None:
        """Make room for visitor rows up to `visitors`."""
        self._member = grown(self._member, visitors, self._unknown)
        self._as_of = grown(self._as_of, visitors, -1)

    def any_of(self, rows: Ints) -> Bools:
        """Of which visitors is some trait known?"""
        return np.asarray((self._as_of[rows] >= 0).any(axis=1))

    def member(self, events: Columns) -> Segments:
        """[events × trait dimensions]: each event's segment ids as of its own time.

        `events` are in order; traits that come with them (a profile, or an event's own) hold from that row on, for
        this batch and for all that follow. Those of an event without a visitor are of that event alone.
        """
        member = self._member[events.visitor]
        nobody = np.flatnonzero(events.visitor == NOBODY)
        if len(nobody):
            own = self._updates([traits or {} for traits in events.traits[nobody].tolist()])
            member[nobody] = np.where(own >= 0, own, self._unknown)
        said = np.flatnonzero(events.traits.astype(np.bool_) & (events.visitor != NOBODY))
        if not len(said):
            return member
        updates = self._updates(events.traits[said].tolist())
        visitor, time = events.visitor[said], events.time[said]
        updates[time[:, None] < self._as_of[visitor]] = -1  # something newer is known
        for column in range(member.shape[1]):
            set_here = np.flatnonzero(updates[:, column] >= 0)
            np.maximum.at(self._as_of[:, column], visitor[set_here], time[set_here])
        # A profile need not be told: it is on a topic of its own. But one that unsets something may vanish there.
        unsets = (updates == self._unknown) & (self._member[visitor] != self._unknown)
        tells = ((updates >= 0) & ((events.kind[said] >= 0)[:, None] | unsets)).any(axis=1)
        self._said.update(visitor[tells].tolist())
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

    def learn(self, profiles: Columns) -> None:
        """Take profiles, in order, of which nothing need be known but what holds after the last."""
        said = np.flatnonzero(profiles.traits.astype(np.bool_))
        updates = self._updates(profiles.traits[said].tolist())
        visitor, time = profiles.visitor[said], profiles.time[said]
        updates[time[:, None] < self._as_of[visitor]] = -1  # something newer is known
        for column in range(updates.shape[1]):
            sets = np.flatnonzero(updates[:, column] >= 0)
            self._member[visitor[sets], column] = updates[sets, column]  # of several of a visitor, the last
            self._as_of[visitor[sets], column] = time[sets]

    def _updates(self, said: Sequence[dict[str, object]]) -> Segments:
        """[records × trait dimensions]: the segment id that each record sets; -1 where it says nothing."""
        out = np.empty((len(said), len(self._traits)), dtype=np.int32)
        for column, ((dimension, trait), ids) in enumerate(zip(self._traits.items(), self._ids, strict=True)):
            values = [of.get(trait, _UNSAID) for of in said]
            if set(map(type, values)) <= _PLAIN:
                out[:, column] = self._plain_ids(dimension, values, ids)
            else:
                out[:, column] = [self._id(dimension, value) for value in values]
        return out

    def _plain_ids(self, dimension: str, values: list[object], ids: dict[object, int]) -> list[int]:
        found = list(map(ids.get, values))
        if None not in found:
            return found  # type: ignore[return-value]
        out = []
        for value in values:
            known = ids.get(value)
            if known is None:
                if len(ids) >= _REMEMBERED:
                    ids.clear()
                known = ids[value] = self._id(dimension, value)
            out.append(known)
        return out

    def _id(self, dimension: str, value: object) -> int:
        return -1 if value is _UNSAID else self._registry.id(dimension, text(value))

    def load(self, rows: Sequence[int], traits: Sequence[Traits]) -> None:
        """Begin with what is known of the visitors in `rows`."""
        for row, known in zip(rows, traits, strict=True):
            for column, (dimension, trait) in enumerate(self._traits.items()):
                if trait in known:
                    value, self._as_of[row, column] = known[trait]
                    self._member[row, column] = self._registry.id(dimension, value)

    def said(self, names: Sequence[str]) -> dict[str, Traits]:
        """All that is known of the visitors of whom events have said something since the last call; `names` by row."""
        out = {}
        for row in self._said:
            values = (self._registry.names[i][1] for i in self._member[row])
            known = zip(self._traits.values(), values, self._as_of[row].tolist(), strict=True)
            out[names[row]] = {trait: (value, as_of) for trait, value, as_of in known if as_of >= 0}
        self._said.clear()
        return out


def _carried(value: Segments, head: npt.NDArray[np.bool_], before: Segments) -> Segments:
    """Within each group (`head` marks its first): the last non-negative value so far, `before` where there is none."""
    index = np.arange(len(value))
    group = np.maximum.accumulate(np.where(head, index, 0))
    last = np.maximum.accumulate(np.where(value >= 0, index, -1))
    return np.where(last >= group, value[np.maximum(last, 0)], before)
