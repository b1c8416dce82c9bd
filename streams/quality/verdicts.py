"""How good a dimension is, segment by segment."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from streams.events.columns import Bools, Floats
from streams.quality.accuracy import Accuracy, accuracy
from streams.quality.difference import Difference, difference
from streams.quality.homogeneity import Days, Within, within
from streams.settings import Scoring


class Verdicts(NamedTuple):
    """Of the segments of one dimension."""

    within: Within  # [segments × KPIs]
    chance: Floats  # [KPIs]: dispersion of a typical segment's days, at least 1
    accuracy: Accuracy  # of those that are `named`


def verdicts(days: Days, named: Bools, scoring: Scoring) -> Verdicts:
    """`named` [segments]: those that are judged."""
    trials = np.asarray(days.trials.sum(axis=0))
    inside = within(days)
    enough = named[:, None] & (trials >= max(scoring.min_trials, 1))
    typical = np.array([median(of[use]) for of, use in zip(inside.dispersion.T, enough.T, strict=True)])
    # Of who has no hits, or few days, nobody knows how they would come: as those of the others do.
    apart = difference(days, np.where(np.isfinite(inside.dispersion), inside.dispersion, typical))
    of_named = accuracy(
        trials[named],
        Difference(*(each[named] for each in apart)),
        Within(*(each[named] for each in inside)),
        scoring.min_trials,
        scoring.min_effect,
    )
    return Verdicts(inside, np.maximum(np.nan_to_num(typical, nan=1.0), 1.0), of_named)


def median(values: Floats) -> float:
    """Of what is there; NaN where nothing is."""
    return float(np.median(values[np.isfinite(values)])) if np.isfinite(values).any() else float("nan")
