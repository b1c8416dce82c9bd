"""Accuracy of a segmentation: the share of its segments that are worth having.

A segment is accurate if it has enough evidence, behaves differently from the rest and is alike within:

- enough: at least `min_trials` trials of some KPI;
- different: of such a KPI, off the rest by `min_effect` at least, and surely so (5 % over all segments and KPIs of the
  dimension together);
- alike: the over-dispersion of its days, the median of such KPIs, is at most `homogeneity.MOST`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from streams.events.columns import Bools, Floats, Ints
from streams.quality.difference import Difference, holm
from streams.quality.homogeneity import MOST, Within

SURE = 0.05  # chance that any segment of the dimension is called different for nothing
TARGET = 0.85  # share of segments that should be accurate


class Accuracy(NamedTuple):
    """Of each segment [segments]."""

    trials: Ints  # of the KPI that has most
    p_value: Floats  # smallest of its KPIs, corrected; NaN where there is too little to test
    kpi: Ints  # the KPI that p_value is of; -1: none
    dispersion: Floats  # NaN where fewer than seven days say anything
    enough: Bools
    different: Bools
    alike: Bools  # also where nothing can be said of it: the other two ask for evidence already

    @property
    def accurate(self) -> Bools:
        """All three."""
        return np.asarray(self.enough & self.different & self.alike)

    @property
    def share(self) -> float:
        """Accurate segments over segments; NaN where there are none."""
        return float(self.accurate.mean()) if len(self.enough) else float("nan")


def accuracy(trials: Ints, apart: Difference, within: Within, min_trials: int, min_effect: float) -> Accuracy:
    """`trials` [segments × KPIs], at least one KPI; the segments are those whose value is known."""
    weighty = trials >= max(min_trials, 1)
    corrected = holm(np.where(weighty, apart.p_value, np.nan))
    with np.errstate(invalid="ignore"):
        different = (corrected <= SURE) & (np.abs(within.ratio - 1) >= min_effect)
    tested = np.isfinite(corrected)
    best = np.where(tested, corrected - different, np.inf).argmin(axis=1)  # those that count as different first
    p_value = np.where(tested.any(axis=1), np.take_along_axis(corrected, best[:, None], axis=1)[:, 0], np.nan)
    dispersion = _median(np.where(weighty, within.dispersion, np.nan))
    return Accuracy(
        trials=trials.max(axis=1),
        p_value=p_value,
        kpi=np.where(np.isfinite(p_value), best, -1),
        dispersion=dispersion,
        enough=np.asarray(weighty.any(axis=1)),
        different=np.asarray(different.any(axis=1)),
        alike=~(dispersion > MOST),
    )


def _median(values: Floats) -> Floats:
    """Of each row, of what is there; NaN where nothing is."""
    has = np.isfinite(values).any(axis=1)
    out = np.full(len(values), np.nan)
    out[has] = np.nanmedian(values[has], axis=1)
    return out
