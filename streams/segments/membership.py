"""Which segment of each dimension an event counts for: traits, event fields, behaviour and crosses of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from streams.behaviour.grammar import parse
from streams.behaviour.history import History
from streams.behaviour.looks import Look
from streams.behaviour.past import Past
from streams.events.columns import Bools, Columns, Segments
from streams.segments.cross import joined
from streams.segments.known import Known
from streams.segments.registry import OTHER, UNKNOWN, Registry, text
from streams.settings import Dimension

_NOTHING = Past()


class Belonging(NamedTuple):
    """What is found out of a number of events."""

    member: Segments  # [events × dimensions]: segment ids as of each event's time
    looks: Sequence[Look] = ()  # what their visitors' past adds to measures


class Membership:
    """The dimensions of one source partition, as columns in the order of the settings."""

    def __init__(
        self, dimensions: Mapping[str, Dimension], visitors: Sequence[str] = (), past: Past = _NOTHING
    ) -> None:
        """`visitors`: their names by row, more of them as they come; `past`: what measures ask of it."""
        self._declared = dimensions
        self.dimensions = tuple(dimensions)
        self.registry = Registry(dimensions)
        self.fields: dict[str, str] = {n: d.field for n, d in dimensions.items() if d.field}
        self._traits: dict[str, str] = {n: d.trait for n, d in dimensions.items() if d.trait}
        self._crosses = {n: d.cross for n, d in dimensions.items() if d.cross}
        #: By cross: ids of the parts -> that of a segment with a name, of which there is a bounded number.
        self._crossed: dict[str, dict[tuple[int, ...], int]] = {n: {} for n in self._crosses}
        self.known = Known(self._traits, self.registry)
        behaviour = {n: d.behaviour for n, d in dimensions.items() if d.behaviour}
        self.history = History({n: [parse(rule) for rule in b.values()] for n, b in behaviour.items()}, visitors, past)
        #: By dimension: the segment of each of its rules, of none, and of nobody.
        self._behaviour: dict[str, Segments] = {
            n: np.array([self.registry.id(n, value) for value in (*b, OTHER, UNKNOWN)], dtype=np.int32)
            for n, b in behaviour.items()
        }

    def copy(self) -> Membership:
        """The same segments; what is known of visitors goes its own way from here."""
        other = Membership(self._declared)
        other.registry, other._crossed, other._behaviour = self.registry, self._crossed, self._behaviour
        other.known, other.history = self.known.copy(), self.history.copy()
        return other

    def field_ids(self, dimension: str, values: Sequence[str | None]) -> Segments:
        """The segment of each value of an event field."""
        distinct = {value: self.registry.id(dimension, text(value)) for value in set(values)}
        return np.array([distinct[value] for value in values], dtype=np.int32)

    @property
    def no_fields(self) -> Segments:
        """[event-field dimensions]: the segments of what has none of the fields."""
        return np.array([self.registry.id(dimension, UNKNOWN) for dimension in self.fields], dtype=np.int32)

    def of(self, events: Columns) -> Belonging:
        """Events are in order: see Known and History."""
        columns: dict[str, Segments] = dict(zip(self._traits, self.known.member(events).T, strict=True))
        columns.update(zip(self.fields, events.fields.T, strict=True))
        looks: Sequence[Look] = ()
        if self.history:
            rules, looks = self.history.judge(events)
            columns.update((name, self._behaviour[name][index]) for name, index in rules.items())
        for name, parts in self._crosses.items():
            columns[name] = self._cross(name, [columns[part] for part in parts])
        return Belonging(np.stack([columns[name] for name in self.dimensions], axis=1), looks)

    def _cross(self, name: str, parts: Sequence[Segments]) -> Segments:
        """The ids of the joined segments, for columns of part ids; `unknown` where any part is."""
        base = len(self.registry) + 1
        key = parts[0].astype(np.int64)
        for column in parts[1:]:
            key = key * base + column
        distinct, first, inverse = np.unique(key, return_index=True, return_inverse=True)
        known = self._crossed[name]
        ids = np.empty(len(distinct), dtype=np.int32)
        for number, row in enumerate(zip(*(column[first].tolist() for column in parts), strict=True)):
            found = known.get(row)
            if found is None:
                found = self._joined(name, row)
                if self.registry.names[found][1] not in (UNKNOWN, OTHER):
                    known[row] = found
            ids[number] = found
        return ids[inverse.reshape(-1)]

    def _joined(self, name: str, parts: Sequence[int]) -> int:
        values = [self.registry.names[part][1] for part in parts]
        return self.registry.id(name, UNKNOWN if UNKNOWN in values else joined(values))

    def overflowing(self, member: Segments) -> dict[str, Bools]:
        """By dimension that is full: which of the events that are `member` [events × dimensions] are in its `other`."""
        full = self.registry.full
        return {name: member[:, column] == full[name] for column, name in enumerate(self.dimensions) if name in full}
