"""What a rule is shown at a look: the counts since the look before, of many boards at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from streams.events.columns import Floats, Ints

HOUR = 3_600_000  # ms
DAY = 24 * HOUR
START = 1_767_571_200_000  # ms: a Monday, when every run begins


class Look(NamedTuple):
    """The counts [runs × segments] of the `span` (ms) that ends at `tick` (ms) alone."""

    tick: int
    span: int
    hits: Ints
    trials: Ints
    usual: Floats  # the rate that they were drawn with, less any effect: for the oracle only


def rest(counts: Ints) -> Ints:
    """Of each segment, the counts of all others of its run."""
    return np.asarray(counts.sum(axis=1, keepdims=True) - counts)
