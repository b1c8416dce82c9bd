"""The rest: what a segment is compared with.

The other segments of its dimension, in the same panes, so that what is shared (season, weekday, a shock) cancels. Left
out are the visitors of whom the trait is unknown, and segments that are over or under themselves: one bad segment must
not make the others look good.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


def rest(counts: Ints, eligible: Bools, firing: Bools) -> Ints:
    """Counts of the rest of each segment.

    `counts` [windows × segments × KPIs]; `eligible` [segments]: those whose value is known; `firing` like `counts`.
    Where every other segment is firing, they are the rest all the same: there is nobody else.
    """
    known = np.where(eligible[None, :, None], counts, 0)
    calm = np.where(firing, 0, known)
    others = calm.sum(axis=1, keepdims=True) - calm
    all_others = known.sum(axis=1, keepdims=True) - known
    return np.asarray(np.where(_any_calm_other(eligible, firing), others, all_others))


def _any_calm_other(eligible: Bools, firing: Bools) -> Bools:
    calm = eligible[None, :, None] & ~firing
    return np.asarray((calm.sum(axis=1, keepdims=True) - calm) > 0)
