"""The fixed two-proportion z-test, repeated at every look as if it were the only one."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from streams.events.columns import Floats, Ints
from streams.tools.evaluate.look import Look, rest
from streams.tools.evaluate.rules.rule import Calls
from streams.tools.evaluate.rules.trailing import Trailing

ALPHA = 0.05


def z_scores(hits: Ints, trials: Ints, rest_hits: Ints, rest_trials: Ints) -> Floats:
    """Of the pooled two-proportion test; 0 where nothing can be said."""
    with np.errstate(divide="ignore", invalid="ignore"):
        pooled = np.minimum((hits + rest_hits) / (trials + rest_trials), 1.0)
        error = np.sqrt(pooled * (1 - pooled) * (1 / trials + 1 / rest_trials))
        z = (hits / trials - rest_hits / rest_trials) / error
    return np.asarray(np.nan_to_num(z, posinf=0.0, neginf=0.0))


def p_values(z: Floats) -> Floats:
    """Two-sided."""
    return np.asarray(2 * ndtr(-np.abs(z)))


class ZTest:
    """Each segment against the rest, over the last 24 h, p < .05."""

    def __init__(self, per_day: int) -> None:
        self._hits, self._trials = Trailing(per_day), Trailing(per_day)

    def z(self, look: Look) -> Floats:
        """The scores [runs × segments] after this look."""
        hits, trials = self._hits.add(look.hits), self._trials.add(look.trials)
        return z_scores(hits, trials, rest(hits), rest(trials))

    def look(self, look: Look) -> Calls:
        z = self.z(look)
        return Calls(np.where(p_values(z) < ALPHA, np.sign(z), 0).astype(np.int8))
