"""Hits that come after the trials that they are of: those of a short stretch are largely of trials before it.

A hit is taken to come after an exponential time of mean `lag`, so that of the trials of a stretch of length T all but
`(lag / T) (1 - exp(-T / lag))` have theirs within it: the hits of these are matched.
"""

from __future__ import annotations

import numpy as np

from streams.events.columns import Bools, Floats

_MOST, _DAY = 1_800_000.0, 86_400_000.0  # ms


def matched(lag: Floats, span: Floats) -> Floats:
    """The share of hits that are of trials of the same stretch, which lasted `span`; `lag` infinite: none is (ms)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found = 1 + np.expm1(-span / lag) * lag / span
    return np.where(lag > 0, np.where(np.isinf(lag), 0.0, found), 1.0)


def shortest(lag: Floats, rate: Floats, binomial: Bools) -> Floats:
    """How long (ms) a stretch is to be at least: until the lag adds no more to its variance than chance does.

    `rate`: hits a trial that are usual; where it is low the lag never adds so much. Half an hour at the most; a day
    where the lag is unknown, for most hits to come.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        beside_chance = np.where(binomial, 2 * rate / np.maximum(1 - rate, 0.0), rate)
        enough = np.minimum(np.where((lag > 0) & (beside_chance > 1), lag * beside_chance, 0.0), _MOST)
    return np.where(np.isinf(lag), _DAY, enough)
