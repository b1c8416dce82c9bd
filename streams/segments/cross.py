"""What a cross segment is called, and of which segments it is a part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from streams.settings import Dimension

_JOINT = " × "


def joined(values: Iterable[str]) -> str:
    """The value of a cross dimension.

    >>> joined(["2", "pharma"])
    '2 × pharma'
    """
    return _JOINT.join(values)


def parts(dimensions: Mapping[str, Dimension], dimension: str, value: str) -> list[tuple[str, str]]:
    """The segments (dimension, value) that `value` lies within; none where `dimension` is no cross.

    Nor where that cannot be told, because a part's own value has the sign in it.
    """
    cross = dimensions[dimension].cross if dimension in dimensions else ()
    values = value.split(_JOINT)
    return list(zip(cross, values, strict=True)) if len(values) == len(cross) else []
