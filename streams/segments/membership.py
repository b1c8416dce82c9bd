"""Which segment of each dimension an event counts for: traits, event fields and crosses of them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from streams.events.columns import Columns, Ints
from streams.segments.registry import UNKNOWN, Registry
from streams.segments.visitors import Visitors
from streams.settings import Dimension


class Membership:
    """The dimensions of one source partition, as columns in the order of the settings."""

    def __init__(self, dimensions: Mapping[str, Dimension]) -> None:
        self.dimensions = tuple(dimensions)
        self.registry = Registry(dimensions)
        self.fields: dict[str, str] = {n: d.field for n, d in dimensions.items() if d.field}
        self._traits: dict[str, str] = {n: d.trait for n, d in dimensions.items() if d.trait}
        self._crosses = {n: d.cross for n, d in dimensions.items() if d.cross}
        self._crossed: dict[str, dict[tuple[int, ...], int]] = {n: {} for n in self._crosses}
        self.visitors = Visitors(self._traits, self.registry)

    def of(self, events: Columns) -> Ints:
        """[events × dimensions]: segment ids as of each event's time. Events are in order; see Visitors.member."""
        columns: dict[str, Ints] = dict(zip(self._traits, self.visitors.member(events).T, strict=True))
        columns.update(zip(self.fields, events.fields.T, strict=True))
        for name, parts in self._crosses.items():
            columns[name] = self._cross(name, np.stack([columns[part] for part in parts], axis=1))
        return np.stack([columns[name] for name in self.dimensions], axis=1)

    def _cross(self, name: str, parts: Ints) -> Ints:
        """The ids of the joined segments, for rows of part ids; `unknown` where any part is."""
        base = len(self.registry) + 1
        key = parts[:, 0]
        for column in parts.T[1:]:
            key = key * base + column
        _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
        known = self._crossed[name]
        ids = np.empty(len(first), dtype=np.int64)
        for i, row in enumerate(parts[first]):
            combination = tuple(row.tolist())
            if combination not in known:
                values = [self.registry.names[part][1] for part in combination]
                value = UNKNOWN if UNKNOWN in values else " × ".join(values)
                known[combination] = self.registry.id(name, value)
            ids[i] = known[combination]
        return ids[inverse.reshape(-1)]
