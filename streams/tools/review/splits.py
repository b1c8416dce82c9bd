"""Which segments are several: those whose parts go their own ways."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from streams.diagnosis.parting import Parts, parting
from streams.events.columns import Bools, Floats, Ints
from streams.quality.accuracy import SURE
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


class _Parts(NamedTuple):
    """The parts of all segments, in one cross and of one KPI [parts]; those with enough trials."""

    values: Labels  # the segments
    labels: Labels  # what they are crossed with
    hits: Ints
    trials: Ints
    chance: float  # variance of the hits, over that of independent ones that are rare


def splits(
    dimension: str, crosses: list[Cross], declared: Mapping[str, Dimension], min_trials: int, min_effect: float
) -> list[Split]:
    """Segments of `dimension` whose parts, by a declared cross, go their own ways: surely, and by `min_effect`.

    What a part does is compared with what its own trait does in the other segments: that tier 2 is better in each
    industry is a matter of tiers, and splits no industry. Of a segment the cross and KPI are told that make most
    difference. Parts with fewer than `min_trials` trials do not count.
    """
    tables = [
        (by, kpi, parts)
        for cross in crosses
        for by, kpi, parts in _tables(dimension, cross, declared, max(min_trials, 1))
    ]
    tests = sum(len(np.unique(parts.values)) for _, _, parts in tables)
    best: dict[str, Split] = {}
    for by, kpi, table in tables:
        for split in _odd(by, kpi, table, SURE / max(tests, 1), min_effect):
            if split.value not in best or split.spread > best[split.value].spread:
                best[split.value] = split
    return [best[value] for value in sorted(best)]


def _tables(
    dimension: str, cross: Cross, declared: Mapping[str, Dimension], min_trials: int
) -> Iterator[tuple[str, str, _Parts]]:
    counted = cross.counted
    at: list[tuple[int, str, str]] = []  # row of the cross, segment, what it is crossed with
    by = ""
    for row, name in enumerate(counted.names):
        of = dict(parts(declared, counted.dimension, name))
        if dimension in of and UNKNOWN not in of.values():
            value = of.pop(dimension)
            by = joined(of)
            at.append((row, value, joined(of.values())))
    for column, kpi in enumerate(counted.kpis):
        enough = [each for each in at if counted.trials[each[0], column] >= min_trials]
        rows = np.array([row for row, _, _ in enough], dtype=np.int64)
        values, labels = (np.array([each[i] for each in enough], dtype=object) for i in (1, 2))
        hits, trials = counted.hits[rows, column], counted.trials[rows, column]
        rate = float(hits.sum() / max(trials.sum(), 1)) if counted.days.binomial[column] else 0.0
        yield by, kpi, _Parts(values, labels, hits, trials, float(cross.dispersion[column]) * (1 - rate))


def _odd(by: str, kpi: str, table: _Parts, sure: float, min_effect: float) -> Iterator[Split]:
    """The oddest segment, then the oddest beside the others, and so on: one odd one makes no others so."""
    usual = np.ones(len(table.values), dtype=np.bool_)
    while True:
        tried = [_split(by, kpi, value, table, usual) for value in np.unique(table.values[usual])]
        found = [each for each in tried if each is not None and each.p_value <= sure and each.spread >= min_effect]
        if not found:
            return
        oddest = max(found, key=lambda each: each.spread)
        usual = usual & (table.values != oddest.value)
        yield oddest


def _split(by: str, kpi: str, value: str, table: _Parts, usual: Bools) -> Split | None:
    """How far a segment's parts are from what others' parts with their labels do; None with fewer than two to tell."""
    here, others = table.values == value, usual & (table.values != value)
    labels, same = table.labels[here], table.labels[here][:, None] == table.labels[others]
    counts = (table.hits[here], table.trials[here], same @ table.hits[others], same @ table.trials[others])
    found = parting(Parts(*(each.astype(np.float64) for each in counts)), table.chance)
    if found is None:
        return None
    return Split(
        value=value,
        by=by,
        kpi=kpi,
        lowest=labels[found.lowest],
        low=found.low,
        highest=labels[found.highest],
        high=found.high,
        spread=found.spread,
        p_value=found.p_value,
    )
