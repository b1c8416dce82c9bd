"""Is the segmentation the same next month? How far the order and the sides of its segments last."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import stats

from streams.events.columns import Floats, Ints

_SEGMENTS = 4  # with fewer a rank correlation says nothing


class Stability(NamedTuple):
    """Of each KPI [KPIs]; NaN with fewer than four segments that have enough trials in both periods."""

    rank: Floats  # Spearman's correlation of the rates: 1 the same order, 0 none to be seen, -1 turned round
    kept: Floats  # share of the segments whose index keeps its side of 100; 0.5 is chance
    segments: Ints  # that were compared


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
            rank[kpi] = stats.spearmanr(*pair).statistic
    with np.errstate(divide="ignore", invalid="ignore"):
        return Stability(rank, np.where(said, same.sum(axis=0) / number, np.nan), number)
