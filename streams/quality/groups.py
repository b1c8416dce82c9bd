"""How many groups of segments are there in truth? Those whose rates cannot be told apart are one.

Of all ways to divide the k segments into groups of one common rate each, the one with the best extended BIC,

    -2 ln L + g ln N + 2 ln S(k, g)       g groups, N trials, S: in how many ways k can be g groups (Stirling)

A group must pay for the rate that it adds (Schwarz, Ann. Statist. 6 (1978) 461-464), and a division for being picked
from many (Chen & Chen, Biometrika 95 (2008) 759-771, γ = 1): without that, chance splits segments that are alike.

In one dimension the best division never crosses: its groups are neighbours in the order of the rates (Fisher, JASA 53
(1958) 789-798; for these likelihoods Banerjee et al., J. Mach. Learn. Res. 6 (2005) 1705-1749). So dynamic programming
over the sorted rates finds it exactly, for each number of groups.
"""

from __future__ import annotations

from math import log

import numpy as np
from scipy import special

from streams.events.columns import Floats, Ints


def groups(hits: Ints, trials: Ints, binomial: bool, dispersion: float = 1.0) -> Ints:
    """The group of each segment, 0 the one with the lowest rate; -1 of a segment without trials.

    `hits`, `trials` [segments], of one KPI; `dispersion`: of chance (the likelihood is divided by it).

    >>> groups(np.array([10, 12, 50, 55, 0]), np.array([100, 100, 100, 100, 0]), True).tolist()
    [0, 0, 1, 1, -1]
    """
    out = np.full(len(hits), -1, dtype=np.int64)
    has = np.flatnonzero(trials > 0)
    if not len(has):
        return out
    n = trials[has].astype(np.float64)
    x = np.minimum(hits[has], n) if binomial else hits[has].astype(np.float64)
    order = np.lexsort((n, x / n))
    out[has[order]] = _divided(x[order], n[order], binomial, dispersion)
    return out


def _divided(x: Floats, n: Floats, binomial: bool, dispersion: float) -> Ints:
    """The best division of segments sorted by rate, into groups numbered upward."""
    k = len(x)
    sum_x, sum_n = (np.concatenate([[0.0], np.cumsum(each)]) for each in (x, n))
    starts, ends = np.triu_indices(k + 1, 1)
    cost = np.full((k + 1, k + 1), np.inf)  # of one group [start, end)
    cost[starts, ends] = -2 * log_likelihood(sum_x[ends] - sum_x[starts], sum_n[ends] - sum_n[starts], binomial)
    cost /= dispersion
    least = np.full((k + 1, k + 1), np.inf)  # [groups, end]
    least[0, 0] = 0.0
    begins = np.zeros((k + 1, k + 1), dtype=np.int64)
    for number in range(1, k + 1):
        paths = least[number - 1][:, None] + cost
        begins[number], least[number] = paths.argmin(axis=0), paths.min(axis=0)
    number = 1 + int((least[1:, k] + penalty(k, float(log(max(n.sum(), np.e))))).argmin())
    edges = [k]
    for left in range(number, 0, -1):
        edges.append(int(begins[left, edges[-1]]))
    return np.searchsorted(np.array(edges[-2::-1]), np.arange(k), side="right") if number > 1 else np.zeros(k, np.int64)


def penalty(segments: int, price: float) -> Floats:
    """What 1, 2, … groups of so many segments must bring in -2 ln L; `price`: of one group."""
    ways = [1]  # Stirling numbers of the second kind, S(n, 1 … n)
    for n in range(2, segments + 1):
        ways = [1, *(g * ways[g - 1] + ways[g - 2] for g in range(2, n)), 1]
    return np.array([g * price + 2 * log(way) for g, way in enumerate(ways, 1)])


def log_likelihood(x: Floats, n: Floats, binomial: bool) -> Floats:
    """At the common rate x / n, without what is the same however segments are divided; 0 where there are no trials."""
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(n > 0, x / n, 0.0)
    if binomial:
        return np.asarray(special.xlogy(x, rate) + special.xlogy(n - x, 1 - rate))
    return np.asarray(special.xlogy(x, rate) - x)
