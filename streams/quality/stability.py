"""Is the segmentation the same next month? How far the order and the sides of its segments last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from streams.events.columns import Floats, Ints
from streams.quality.cells import Row

_SEGMENTS = 4  # with fewer a rank correlation says nothing


class Stability(NamedTuple):
    """Of each KPI [KPIs]; NaN with fewer than four segments that have enough trials in both periods."""

    rank: Floats  # Spearman's correlation of the rates: 1 the same order, 0 none to be seen, -1 turned round
    kept: Floats  # share of the segments whose index keeps its side of 100; 0.5 is chance
    segments: Ints  # that were compared


def lasting(before: Sequence[Row], now: Sequence[Row], kpis: Sequence[str], min_trials: int) -> Stability:
    """Of the same segments in two periods."""
    figures = ((_index(rows, kpis), _trials(rows, kpis)) for rows in (before, now))
    (index_before, trials_before), (index, trials) = figures
    return stability(index_before, trials_before, index, trials, min_trials)


def stability(index_before: Floats, trials_before: Ints, index: Floats, trials: Ints, min_trials: int) -> Stability:
    """All [segments × KPIs]; `index`: 100 = on a par with the rest."""
    enough = (np.minimum(trials_before, trials) >= max(min_trials, 1)) & np.isfinite(index_before) & np.isfinite(index)
    number = enough.sum(axis=0)
    said = number >= _SEGMENTS
    same = enough & (np.sign(index_before - 100) == np.sign(index - 100))
    rank = np.full(index.shape[1], np.nan)
    for kpi in np.flatnonzero(said).tolist():
        of = enough[:, kpi]
        pair = index_before[of, kpi], index[of, kpi]
        if all(np.ptp(each) > 0 for each in pair):  # else all are alike, and there is no order
            rank[kpi] = _spearman(*pair)
    with np.errstate(divide="ignore", invalid="ignore"):
        return Stability(rank, np.where(said, same.sum(axis=0) / number, np.nan), number)


def _spearman(one: Floats, other: Floats) -> float:
    """scipy.stats has it, and is 46 MB."""
    a, b = (ranks - ranks.mean() for ranks in map(_ranks, (one, other)))
    return float(a @ b / np.sqrt((a @ a) * (b @ b)))


def _ranks(values: Floats) -> Floats:
    """1 for the smallest; the mean for those that are equal."""
    _, place, number = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(number) - (number - 1) / 2)[place])


def _index(rows: Sequence[Row], kpis: Sequence[str]) -> Floats:
    """[segments × KPIs]; NaN where there is none."""
    found = [[row[kpi].index if kpi in row else None for kpi in kpis] for row in rows]
    return np.array(found, dtype=np.float64).reshape(len(rows), len(kpis))


def _trials(rows: Sequence[Row], kpis: Sequence[str]) -> Ints:
    """[segments × KPIs]"""
    found = [[row[kpi].denominator if kpi in row else 0 for kpi in kpis] for row in rows]
    return np.array(found, dtype=np.int64).reshape(len(rows), len(kpis))
