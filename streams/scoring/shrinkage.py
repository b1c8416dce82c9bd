"""The value shown: drawn towards the rest as far as the evidence is thin (empirical Bayes).

The prior of a segment is centred on its rest; its weight, in trials, is learned from how much the segments of the
dimension differ from each other beyond chance. Binomial KPIs: beta prior; Poisson KPIs: gamma prior.

The weight is the method of moments of Kleinman, "Proportions with extraneous variance", JASA 68 (1973) 46-54: with
segment rates p_i, trials n_i, N = sum n_i, pooled rate p, S = sum n_i (p_i - p)^2 and k segments, the variance between
segments is  t = (S - (k-1) v) / (N - sum n_i^2 / N),  v = p(1-p) for binomial and p for Poisson trials, and the weight
is v / t.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import special

from streams.events.columns import Bools, Floats, Ints

LIGHTEST, HEAVIEST = 1.0, 10_000.0  # trials that the prior may weigh
_TAIL = 0.025  # of the interval, each side


class Shrunk(NamedTuple):
    """Posterior of each cell [windows × segments × KPIs]; NaN where there is no rest to be drawn to."""

    value: Floats  # posterior mean
    low: Floats  # 95 % credible interval
    high: Floats
    above: Floats  # probability of lying above the rest


def weight(numerator: Ints | Floats, denominator: Ints, eligible: Bools, binomial: Bools) -> Floats:
    """Weight of the prior, in trials: [windows × 1 × KPIs]. `eligible` [segments], `binomial` [KPIs]."""
    n = np.where(eligible[None, :, None], denominator, 0).astype(np.float64)
    x = np.where(eligible[None, :, None], numerator, 0).astype(np.float64)
    total = n.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        pooled = x.sum(axis=1, keepdims=True) / total
        spread = np.where(n > 0, (x - n * pooled) ** 2 / n, 0.0).sum(axis=1, keepdims=True)
        chance = np.where(binomial, pooled * (1 - pooled), pooled)
        segments = (n > 0).sum(axis=1, keepdims=True)
        between = (spread - (segments - 1) * chance) / (total - (n**2).sum(axis=1, keepdims=True) / total)
        found = np.where(between > 0, chance / between, HEAVIEST)
    return np.asarray(np.clip(np.nan_to_num(found, nan=HEAVIEST), LIGHTEST, HEAVIEST))


def shrink(numerator: Ints | Floats, denominator: Ints, rest: Floats, weights: Floats, binomial: Bools) -> Shrunk:
    """Posterior of every cell, given the rest's value and the prior's weight (shapes broadcast to the cells')."""
    x, n = numerator.astype(np.float64), denominator.astype(np.float64)
    some = np.isfinite(rest) & (rest > 0)
    out = np.full((len(Shrunk._fields), *x.shape), np.nan)
    for posterior, cells in ((_beta, some & binomial), (_gamma, some & ~binomial)):
        given = [np.broadcast_to(each, x.shape)[cells] for each in (x, n, rest, weights)]
        # The special functions are slow, and many cells are alike: those with few trials above all.
        first, which = _alike(given)
        out[:, cells] = np.stack(posterior(*(each[first] for each in given)))[:, which]
    return Shrunk(*out)


def _alike(columns: Sequence[Floats]) -> tuple[Ints, Ints]:
    """One index of each distinct row; and for every row, which of these it is like."""
    order = np.lexsort(columns)
    differs = np.zeros(len(order), dtype=np.bool_)
    differs[:1] = True
    for column in columns:
        differs[1:] |= np.diff(column[order]) != 0
    which = np.empty_like(order)
    which[order] = np.cumsum(differs) - 1
    return order[differs], which


def _beta(successes: Floats, n: Floats, centre: Floats, weights: Floats) -> Shrunk:
    x = np.minimum(successes, n)
    # A prior at the very edge would be no distribution.
    inner = np.clip(centre, 1e-9, 1 - 1e-9)
    a, b = weights * inner + x, weights * (1 - inner) + n - x
    return Shrunk(
        a / (a + b),
        special.betaincinv(a, b, _TAIL),
        special.betaincinv(a, b, 1 - _TAIL),
        special.betaincc(a, b, inner),
    )


def _gamma(x: Floats, n: Floats, centre: Floats, weights: Floats) -> Shrunk:
    a, exposure = weights * centre + x, weights + n
    return Shrunk(
        a / exposure,
        special.gammaincinv(a, _TAIL) / exposure,
        special.gammaincinv(a, 1 - _TAIL) / exposure,
        special.gammaincc(a, centre * exposure),
    )
