"""Is a segment different from the rest of its dimension, however many segments and KPIs are looked at?

Cochran, Mantel and Haenszel's test over the days: what all share on a day cancels (Mantel & Haenszel, JNCI 22 (1959)
719-748). The variance is widened by the segment's own over-dispersion, so that clusters are not taken for a difference.
Many tests are corrected by Holm's procedure, which holds however they depend on each other (Scand. J. Statist. 6 (1979)
65-70).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import special

from streams.events.columns import Floats
from streams.quality.homogeneity import Days, against_rest

_LEAST = 5.0  # hits that must be due, in the segment and in the rest (Cochran, Biometrics 10 (1954) 417-451)


class Difference(NamedTuple):
    """Of each segment and KPI [segments × KPIs]; NaN where too few hits are due."""

    z: Floats  # standard errors above (+) or below (-) the rest
    p_value: Floats  # two-sided, not corrected


def difference(days: Days, dispersion: Floats) -> Difference:
    """`dispersion` [segments × KPIs] of `homogeneity`: at least 1 is taken, and 1 for NaN."""
    shape = days.hits.shape[1:]
    compared = against_rest(days, np.zeros(shape), np.zeros(shape, dtype=np.bool_))
    with np.errstate(divide="ignore", invalid="ignore"):
        own_due = np.nan_to_num(compared.signal / (1 - compared.share)).sum(axis=0)
        rest_due = np.nan_to_num(compared.signal / compared.share).sum(axis=0)
        wide = np.maximum(np.nan_to_num(dispersion, nan=1.0), 1.0)
        z = compared.residual.sum(axis=0) / np.sqrt(compared.variance.sum(axis=0) * wide)
    z = np.where((own_due >= _LEAST) & (rest_due >= _LEAST) & np.isfinite(z), z, np.nan)
    return Difference(z, 2 * special.ndtr(-np.abs(z)))


def holm(p_values: Floats) -> Floats:
    """Corrected p-values, of the same shape; NaN are no tests.

    >>> holm(np.array([0.01, 0.04, 0.03, np.nan])).tolist()
    [0.03, 0.06, 0.06, nan]
    """
    flat = p_values.ravel()
    order = np.argsort(flat)[: int(np.isfinite(flat).sum())]
    left = np.arange(len(order), 0, -1)
    out = np.full(len(flat), np.nan)
    out[order] = np.minimum(np.maximum.accumulate(flat[order] * left), 1.0)
    return out.reshape(p_values.shape)
