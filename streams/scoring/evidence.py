"""How sure is it that a segment differs from the rest? In standard errors, and as a relative effect.

Issue C replaces this by always-valid evidence with a false-alarm budget; the states take whatever stands here.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


class Evidence(NamedTuple):
    """Per cell [windows × segments × KPIs], positive in the good direction; 0 where nothing can be said."""

    errors: Floats  # difference from the rest, in standard errors of the pooled two-sample test
    effect: Floats  # difference relative to the rest's value


def evidence(
    numerator: Ints, denominator: Ints, rest_numerator: Ints, rest_denominator: Ints, binomial: Bools, good: Ints
) -> Evidence:
    """`binomial` [KPIs], `good` [KPIs]: 1 where up is good, -1 where down is."""
    n, m = denominator.astype(np.float64), rest_denominator.astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        value, other = numerator / n, rest_numerator / m
        pooled = (numerator + rest_numerator) / (n + m)
        chance = np.where(binomial, np.maximum(pooled * (1 - pooled), 0), pooled)
        errors = (value - other) / np.sqrt(chance * (1 / n + 1 / m))
        effect = (value - other) / other
    return Evidence(np.nan_to_num(errors, posinf=0, neginf=0) * good, np.nan_to_num(effect, posinf=0, neginf=0) * good)
