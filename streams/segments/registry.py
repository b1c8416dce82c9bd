"""Segments as numbers: each `dimension:value` of a source partition has an id, given at first sight."""

from __future__ import annotations

from collections.abc import Mapping

from streams.settings import Dimension

UNKNOWN = "unknown"  # the trait is missing: shown, never compared, never alerted
OTHER = "other"  # the dimension has more values than it may keep

_LONGEST = 120  # characters of a value

#: Which `max_values` are shown is the scorer's to say, who sees all source partitions; here the number only has to have
#: a bound.
_MARGIN = 20


def text(value: object) -> str:
    """A trait or field as a segment value: `2.0` is `2`, `True` is `true`, and nothing is `unknown`.

    Objects and lists are no values: `unknown`.
    """
    if isinstance(value, str):
        return " ".join(value.split())[:_LONGEST] or UNKNOWN
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value)[:_LONGEST] if isinstance(value, (int, float)) else UNKNOWN


class Registry:
    """Ids of segments; `names[id]` is (dimension, value). `full`: dimension that lacked room -> id of its `other`."""

    def __init__(self, dimensions: Mapping[str, Dimension]) -> None:
        self._room = {name: dimension.max_values * _MARGIN for name, dimension in dimensions.items()}
        self._ids: dict[tuple[str, str], int] = {}
        self.names: list[tuple[str, str]] = []
        self.full: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self.names)

    def id(self, dimension: str, value: str) -> int:
        """The id of a segment; that of `dimension:other` where the dimension is full."""
        known = self._ids.get((dimension, value))
        if known is not None:
            return known
        if value not in (UNKNOWN, OTHER):
            if not self._room[dimension]:
                other = self.full[dimension] = self.id(dimension, OTHER)
                return other
            self._room[dimension] -= 1
        self._ids[dimension, value] = len(self.names)
        self.names.append((dimension, value))
        return len(self.names) - 1
