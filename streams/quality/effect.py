"""Who made a change of the whole? Each segment's part of it, in mix and rate.

With segment shares of the trials `s_i` and rates `r_i`, the whole's rate is `R = Σ s_i r_i`. Between two periods

    ΔR = Σ Δs_i (r̄_i - R̄)  +  Σ s̄_i Δr_i        (bars: the mean of both periods)
         mix: who came more      rate: who did better

exactly: Kitagawa, "Components of a difference between two rates", JASA 50 (1955) 1168-1194. The midpoints make it
symmetrical: forward and backward in time differ in the sign alone. As the Δs_i add up to 0, taking R̄ away changes no
sum; it says of each segment what its growth did to the whole: growth of an average segment does nothing.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from streams.events.columns import Floats, Ints


class Effect(NamedTuple):
    """Of each segment and KPI [segments × KPIs], in the KPI's own unit; NaN where a period has no trials at all."""

    mix: Floats
    rate: Floats

    @property
    def total(self) -> Floats:
        """Both together; over all segments they add up to the change of the whole."""
        return self.mix + self.rate


def effect(hits_before: Ints, trials_before: Ints, hits: Ints, trials: Ints) -> Effect:
    """All [segments × KPIs], of all segments of the dimension, the unknown too: together they are the whole.

    A segment that has trials in one period only is all mix: its rate is taken to have been the same.
    """
    share_before, rate_before, whole_before = _shares(hits_before, trials_before)
    share, rate, whole = _shares(hits, trials)
    rate, rate_before = np.where(trials > 0, rate, rate_before), np.where(trials_before > 0, rate_before, rate)
    rate, rate_before = np.nan_to_num(rate), np.nan_to_num(rate_before)  # 0: no trials in either period
    middle, whole_middle = (rate + rate_before) / 2, (whole + whole_before) / 2
    return Effect(
        mix=(share - share_before) * (middle - whole_middle),
        rate=(share + share_before) / 2 * (rate - rate_before),
    )


def _shares(hits: Ints, trials: Ints) -> tuple[Floats, Floats, Floats]:
    """Each segment's share of the trials, its rate, and the rate of the whole."""
    with np.errstate(divide="ignore", invalid="ignore"):
        total = trials.sum(axis=0)
        return trials / total, hits / trials, hits.sum(axis=0) / total
