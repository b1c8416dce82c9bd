"""Which segments are one, by all their KPIs together?

The criterion is that of `groups`, summed over the KPIs: segments are one where one rate for all, of every KPI, costs
less likelihood than the rates that it saves are worth. With several KPIs there is no order to go by, so the pair whose
merging costs least is merged again and again (Ward, JASA 58 (1963) 236-244, with the likelihood in the place of
squares), and of the divisions passed on this way the best is taken.
"""

from __future__ import annotations

import numpy as np

from streams.events.columns import Bools, Floats, Ints
from streams.quality.groups import log_likelihood, penalty


def merged(hits: Ints, trials: Ints, binomial: Bools, dispersion: Floats) -> Ints:
    """The group of each segment [segments], numbered by their first segments.

    `hits`, `trials` [segments × KPIs]; `binomial`, `dispersion` [KPIs].
    """
    if not len(hits):
        return np.zeros(0, dtype=np.int64)
    x, n = hits.astype(np.float64), trials.astype(np.float64)
    x = np.where(binomial, np.minimum(x, n), np.where(n > 0, x, 0.0))
    price = float(np.log(np.maximum(n.sum(axis=0), 1.0)).sum())
    total = -2 * (_likelihood(x, n, binomial) / dispersion).sum()
    divisions, costs = [np.arange(len(x))], [float(total)]
    cost = np.array([_costs(x, n, row, binomial, dispersion) for row in range(len(x))])
    np.fill_diagonal(cost, np.inf)
    for _ in range(len(x) - 1):
        one, other = sorted(divmod(int(cost.argmin()), len(x)))
        costs.append(costs[-1] + float(cost[one, other]))
        divisions.append(np.where(divisions[-1] == other, one, divisions[-1]))
        x[one] += x[other]
        n[one] += n[other]
        gone = ~np.isin(np.arange(len(x)), divisions[-1])
        cost[one] = np.where(gone, np.inf, _costs(x, n, one, binomial, dispersion))
        cost[one, one] = np.inf
        cost[:, one] = cost[one]
        cost[other], cost[:, other] = np.inf, np.inf
    best = int((np.array(costs) + penalty(len(x), price)[::-1]).argmin())
    return np.unique(divisions[best], return_inverse=True)[1]


def _costs(x: Floats, n: Floats, row: int, binomial: Bools, dispersion: Floats) -> Floats:
    """By how much -2 ln L rises where a segment is merged with each [segments]."""
    alone = _likelihood(x, n, binomial)
    together = _likelihood(x + x[row], n + n[row], binomial)
    return np.asarray((2 * (alone + alone[row] - together) / dispersion).sum(axis=1))


def _likelihood(x: Floats, n: Floats, binomial: Bools) -> Floats:
    """[segments × KPIs]"""
    return np.where(binomial, log_likelihood(x, np.maximum(n, x), True), log_likelihood(x, n, False))
