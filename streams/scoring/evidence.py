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
    x, n = numerator.astype(np.float64), denominator.astype(np.float64)
    rest_x, rest_n = rest_numerator.astype(np.float64), rest_denominator.astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        other, pooled = rest_x / rest_n, (x + rest_x) / (n + rest_n)
        difference = x / n - other
        chance = np.where(binomial, np.maximum(pooled * (1 - pooled), 0), pooled)
        errors = difference / np.sqrt(chance * (1 / n + 1 / rest_n)) * good
        effect = difference / other * good
    return Evidence(np.where(np.isfinite(errors), errors, 0.0), np.where(np.isfinite(effect), effect, 0.0))
