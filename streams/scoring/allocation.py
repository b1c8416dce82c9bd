"""What is spent on nobody in particular is shared out: to each known segment by its share of the sessions.

An advertisement is paid for, not its readers: of a dimension that the spending does not name it is `unknown`. The rule
is simple and stated, so that costs can be compared; who knows better names the segment in the event.
"""

from __future__ import annotations

import numpy as np

from streams.events.columns import Bools, Ints


def allocated(totals: Ints, known: Bools, spent: int, sessions: int) -> Ints:
    """`totals` [windows × rows × measures] with the measure `spent` of rows that are not `known` [rows] shared out.

    By column `sessions`, window by window. Shares are whole thousandths, rounded down; what is left over stays where it
    was, as does all where nobody known has a session. So the sum is the same.

    >>> rows = np.array([[[900, 0], [0, 1], [30, 2]]])  # unknown, and two segments: spent, sessions
    >>> allocated(rows, np.array([False, True, True]), 0, 1)[0, :, 0].tolist()
    [0, 300, 630]
    """
    pool = np.where(known, 0, totals[..., spent])
    if not pool.any():
        return totals
    whole = pool.sum(axis=1, keepdims=True)
    visits = np.where(known, totals[..., sessions], 0)
    share = visits / np.maximum(visits.sum(axis=1, keepdims=True), 1)
    given = np.floor(whole * share).astype(np.int64)
    left = np.where(pool != 0, whole - given.sum(axis=1, keepdims=True), 0)  # one row is of those unknown
    out = totals.copy()
    out[..., spent] = np.where(known, totals[..., spent] + given, left)
    return out
