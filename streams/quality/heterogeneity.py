"""Between: do the segments of a dimension differ from each other, beyond chance?

Analysis of variance over segments with `x_i` hits of `n_i` trials, `p_i = x_i / n_i`, `N = Σ n_i`, pooled rate `p`:

    MSB = Σ n_i (p_i - p)² / (k - 1)      between the k segments
    MSW = Σ n_i p_i (1 - p_i) / (N - k)   within, of yes-or-no trials; `p` of counted (Poisson) ones
    n0  = (N - Σ n_i² / N) / (k - 1)      the size of a segment, corrected for their being unequal
    F   = MSB / MSW

The variance between is `τ² = (MSB - MSW) / n0`, the intraclass correlation `τ² / (τ² + MSW) = (F - 1) / (F - 1 + n0)`:
the moment estimator for proportions (Ridout, Demétrio & Firth, Biometrics 55 (1999) 137-148) and, with the
Poisson variance in the place of MSW, that of a gamma-Poisson (Kleinman, JASA 68 (1973) 46-54). Its interval is Searle's
(Linear Models (1971), ch. 9), by the quantiles of F with k - 1 and N - k (Poisson: infinitely many) degrees of freedom.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import special  # not stats: that takes a worker 0.4 s to import, each time it comes back

from streams.events.columns import Bools, Floats, Ints

_TAIL = 0.025  # of the interval, each side


class Between(NamedTuple):
    """Of each KPI [KPIs]; NaN with fewer than two segments that have trials, or with no hits (or nothing but hits)."""

    pooled: Floats  # rate of all segments together
    spread: Floats  # τ / p: how far a typical segment is from the whole, relative; 0.2 = 20 %
    real: Floats  # share of the variance of the segments' rates that is no chance, max(0, 1 - 1 / F)
    icc: Floats  # intraclass correlation: share of the variance of a single trial, at least 0
    low: Floats  # its 95 % interval
    high: Floats
    p_value: Floats  # of no difference at all (Pearson's chi-squared)


def between(hits: Ints | Floats, trials: Ints | Floats, binomial: Bools, dispersion: Floats | float = 1.0) -> Between:
    """`hits`, `trials` [segments × KPIs]; `binomial` [KPIs]: yes-or-no trials. With the hits to be expected as trials
    (and no KPI binomial) it is how far segments are from what was expected of each.

    `dispersion` [KPIs]: by how much chance varies more than independent hits would (see `homogeneity`).
    """
    n = trials.astype(np.float64)
    x = np.where(trials > 0, hits, 0).astype(np.float64)
    x = np.where(binomial, np.minimum(x, n), x)
    total, k = n.sum(axis=0), (n > 0).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = x.sum(axis=0) / total
        rates = np.where(n > 0, x / n, 0.0)
        squares = (n * (rates - p) ** 2).sum(axis=0)
        msb = squares / (k - 1)
        msw = np.where(binomial, (n * rates * (1 - rates)).sum(axis=0) / (total - k), p) * dispersion
        chance = np.where(binomial, p * (1 - p), p) * dispersion
        size = (total - (n**2).sum(axis=0) / total) / (k - 1)
        fits = (k >= 2) & (chance > 0) & (msw > 0)
        f = np.where(fits, msb / msw, np.nan)
        within_freedom = np.where(binomial, total - k, np.inf)
        low, high = (f / _f_quantile(q, k - 1, within_freedom) for q in (1 - _TAIL, _TAIL))
        variance = np.maximum(msb - msw, 0.0) / size
        return Between(
            pooled=p,
            spread=np.where(fits, np.sqrt(variance) / p, np.nan),
            real=np.maximum(1 - 1 / f, 0.0),
            icc=_correlation(f, size),
            low=_correlation(low, size),
            high=_correlation(high, size),
            p_value=np.where(fits, special.chdtrc(k - 1, squares / chance), np.nan),
        )


def _correlation(f: Floats, size: Floats) -> Floats:
    return np.asarray(np.maximum((f - 1) / (f - 1 + size), 0.0))


def _f_quantile(q: float, between: Ints, within: Floats) -> Floats:
    """With infinitely many degrees of freedom within, F is chi-squared over its own."""
    finite = special.fdtri(between, np.where(np.isfinite(within), within, 1.0), q)
    return np.asarray(np.where(np.isfinite(within), finite, special.chdtri(between, 1 - q) / between))
