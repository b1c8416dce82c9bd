"""Which segments are several: those whose parts go their own ways."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from streams.events.columns import Ints
from streams.quality.accuracy import SURE
from streams.quality.difference import holm
from streams.quality.heterogeneity import Floats, between
from streams.segments.cross import joined, parts
from streams.segments.registry import UNKNOWN
from streams.settings import Dimension
from streams.tools.review.counted import Counted
from streams.tools.review.model import Split

Labels = npt.NDArray[Any]


class Cross(NamedTuple):
    """A dimension that others are crossed in."""

    counted: Counted
    dispersion: Floats  # [KPIs]


def splits(
    dimension: str, crosses: list[Cross], declared: Mapping[str, Dimension], min_trials: int, min_effect: float
) -> list[Split]:
    """Segments of `dimension` whose parts, by a declared cross, go their own ways: surely, and by `min_effect`.

    What a part does is compared with what its own trait does everywhere: that tier 2 is better in each industry is a
    matter of tiers, and splits no industry. Of a segment the cross and KPI are told that make most difference. Parts
    with too few trials do not count.
    """
    tried = [split for cross in crosses for split in _tried(dimension, cross, declared, min_trials)]
    sure = holm(np.array([split.p_value for split in tried])) <= SURE
    best: dict[str, Split] = {}
    for split, is_sure in zip(tried, sure.tolist(), strict=True):
        if is_sure and split.spread >= max(min_effect, best[split.value].spread if split.value in best else 0.0):
            best[split.value] = split
    return [best[value] for value in sorted(best)]


def _tried(dimension: str, cross: Cross, declared: Mapping[str, Dimension], min_trials: int) -> Iterator[Split]:
    counted = cross.counted
    at: list[tuple[int, str, str]] = []  # row of the cross, segment, what it is crossed with
    by = ""
    for row, name in enumerate(counted.names):
        of = dict(parts(declared, counted.dimension, name))
        if dimension in of and UNKNOWN not in of.values():
            value = of.pop(dimension)
            by = joined(of)
            at.append((row, value, joined(of.values())))
    rows = np.array([row for row, _, _ in at], dtype=np.int64)
    values, labels = (np.array([each[i] for each in at], dtype=object) for i in (1, 2))
    for column, kpi in enumerate(counted.kpis):
        few = counted.trials[rows, column] < max(min_trials, 1)
        hits, trials = (np.where(few, 0, each[rows, column]) for each in (counted.hits, counted.trials))
        usual = _rates(hits, trials, labels)  # of what each part is crossed with
        chance = cross.dispersion[column] * (1 - usual.mean() if counted.days.binomial[column] else 1.0)
        for value in np.unique(values):
            here = (values == value) & ~few
            expected = trials[here] * usual[here]
            if not expected.all() or not hits[here].any():
                continue
            yield from _split(value, by, kpi, labels[here], hits[here], expected, chance)


def _rates(hits: Ints, trials: Ints, labels: Labels) -> Floats:
    """Of each row, the rate of all rows with its label; 0 where they have no trials."""
    number = np.unique(labels, return_inverse=True)[1]
    x, n = (np.bincount(number, each) for each in (hits, trials))
    return np.asarray((x / np.maximum(n, 1))[number])


def _split(
    value: str, by: str, kpi: str, labels: Labels, hits: Ints, expected: Floats, chance: float
) -> Iterator[Split]:
    """Where there are two parts or more: how far their hits are from those `expected` of them."""
    expected = expected * hits.sum() / expected.sum()  # the segment's own level is no matter of its parts
    found = between(hits[:, None], expected[:, None], np.array([False]), np.array([chance]))
    if not np.isfinite(found.p_value[0]):
        return
    ratio = hits / expected
    low, high = int(ratio.argmin()), int(ratio.argmax())
    yield Split(
        value=value,
        by=by,
        kpi=kpi,
        lowest=labels[low],
        low=float(ratio[low]),
        highest=labels[high],
        high=float(ratio[high]),
        spread=float(found.spread[0]),
        p_value=float(found.p_value[0]),
    )
