"""The rest: what a segment is compared with.

The other segments of its dimension, in the same panes, so that what is shared (season, weekday, a shock) cancels. Those
of whom the trait is unknown are no part of it: they may belong anywhere. Nor are those that fire: one bad segment must
not make the others look good.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from streams.events.columns import Bools, Ints


class Counts(NamedTuple):
    """Of every cell [windows × segments × KPIs] (or [segments × KPIs]), its own and its rest's."""

    numerator: Ints
    denominator: Ints
    rest_numerator: Ints
    rest_denominator: Ints


def can_spare(trials: Ints, eligible: Bools, firing: Bools) -> Bools:
    """In which cells, as `trials` [… × segments × KPIs], the rest has half of its trials left without those that fire.

    `eligible` [segments]: those whose value is known; `firing` [segments × KPIs].
    """
    if not firing.any():
        return np.ones(trials.shape, dtype=np.bool_)
    known = eligible[:, None]
    return np.asarray(2 * _others(trials, known & ~firing) >= _others(trials, known))


def rest(counts: Ints, eligible: Bools, firing: Bools, spared: Bools) -> Ints:
    """Counts of the rest of each segment, by leaving it out; shapes as in `can_spare`.

    Those that fire are left out too where `spared`.
    """
    known = eligible[:, None]
    if not firing.any():
        return _others(counts, known)
    return np.where(spared, _others(counts, known & ~firing), _others(counts, known))


def _others(counts: Ints, members: Bools) -> Ints:
    """The sum over `members` [segments × KPIs], without the segment itself."""
    inside = np.where(members, counts, 0)
    return np.asarray(inside.sum(axis=-2, keepdims=True) - inside)
