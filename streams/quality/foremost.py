"""An overview as a record, which holds only so much: where a dimension has thousands of segments, of the foremost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

import msgspec
from msgspec.structs import replace

from streams.messages import DimensionOverview, DimensionPaths, SegmentationQuality

_SURE = 0.9  # segments are not all as long


def foremost(found: DimensionOverview, room: int) -> tuple[bytes, int]:
    """The JSON of `found`, of at most `room` bytes, and how many segments were left out of it for that.

    Those of most trials (else sessions, else of what grows) are kept. What is told of all together is of all.
    """
    names = [name for name, _ in _weights(found).most_common()]
    number, value = len(names), msgspec.json.encode(found)
    while len(value) > room and names:
        names = names[: int(len(names) * _SURE * room / len(value))]
        found = _of(found, set(names))
        value = msgspec.json.encode(found)
    return value, number - len(names)


def _weights(found: DimensionOverview) -> Counter[str]:
    if found.quality is not None:
        return Counter({each.value: each.trials for each in found.quality.segments})
    if found.paths is not None:
        return Counter({each.value: sum(map(sum, each.steps)) for each in found.paths.segments})
    weights = Counter[str]()
    for growth in found.growth:
        for name, grown in growth.segments.items():
            weights[name] = max(weights[name], int(grown.now + grown.before))
    return weights


def _of(found: DimensionOverview, names: Collection[str]) -> DimensionOverview:
    growth = [replace(each, segments={n: g for n, g in each.segments.items() if n in names}) for each in found.growth]
    return replace(
        found,
        quality=found.quality and _quality(found.quality, names),
        paths=found.paths and _paths(found.paths, names),
        growth=growth,
    )


def _quality(found: SegmentationQuality, names: Collection[str]) -> SegmentationQuality:
    groups, merges = (
        [kept for group in groups if (kept := [name for name in group if name in names])]
        for groups in (found.groups, found.merges)
    )
    segments = [each for each in found.segments if each.value in names]
    return replace(found, segments=segments, groups=groups, merges=[each for each in merges if len(each) > 1])


def _paths(found: DimensionPaths, names: Collection[str]) -> DimensionPaths:
    return replace(found, segments=[each for each in found.segments if each.value in names])
