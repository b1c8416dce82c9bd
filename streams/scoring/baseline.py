"""The rest: what a segment is compared with.

The other segments of its dimension, in the same panes, so that what is shared (season, weekday, a shock) cancels. Those
of whom the trait is unknown are no part of it: they may belong anywhere.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


class Counts(NamedTuple):
    """Of every cell [windows × segments × KPIs], its own and its rest's."""

    numerator: Ints
    denominator: Ints
    rest_numerator: Ints
    rest_denominator: Ints


def rest(counts: Ints, eligible: Bools) -> Ints:
    """Counts of the rest of each segment, by leaving it out.

    `counts` [windows × segments × KPIs]; `eligible` [segments]: those whose value is known.
    """
    known = np.where(eligible[None, :, None], counts, 0)
    return np.asarray(known.sum(axis=1, keepdims=True) - known)
