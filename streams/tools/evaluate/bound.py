"""What a delay is measured by: Lorden (1971), ln(average run length) / Kullback-Leibler information.

No rule with that run length does better in the worst case, as run lengths grow; that the change finds a rule's sums at
rest is such a case.
"""

from __future__ import annotations

import numpy as np

FALSE_ALARMS_PER_DAY = 0.02  # over the whole board


def information(rate: float, change: float, binomial: bool = True) -> float:
    """Of one trial (nats): the divergence of a rate `change` off `rate` from `rate`, Bernoulli or Poisson."""
    if not binomial:
        return float(rate * ((1 + change) * np.log1p(change) - change)) if change > -1 else rate
    other = min(rate * (1 + change), 1 - 1e-9)
    hits = other * np.log(other / rate) if other > 0 else 0.0
    return float(hits + (1 - other) * np.log((1 - other) / (1 - rate)))


def lorden(
    rate: float, change: float, trials: float, segments: int, looks: float = 1.0, binomial: bool = True
) -> float:
    """Hours, where each of `segments` gets an even share of the budget and `trials` a day.

    The run length is counted in days, or in looks where there are `looks` a day.
    """
    length = segments / FALSE_ALARMS_PER_DAY * looks
    return float(24 * np.log(length) / (trials * information(rate, change, binomial)))
