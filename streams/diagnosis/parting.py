"""Do the parts of a segment go their own ways, or is it made of other parts than the rest?

What a part does is compared with what its label does in the other segments: that tier 2 is better in each industry is a
matter of tiers, and splits no industry. The segment's own level is taken out: it is no matter of its parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from streams.diagnosis.lift import Lift, between
from streams.events.columns import Floats, Ints
from streams.quality import heterogeneity


class Parts(NamedTuple):
    """Of a segment and KPI [parts], beside those of the same label in other segments."""

    hits: Floats
    trials: Floats
    usual_hits: Floats
    usual_trials: Floats


class Cross:
    """The parts of all segments of a dimension by a declared cross with the dimension `by`."""

    def __init__(
        self, by: str, segment: Ints, label: Ints, labels: Sequence[str], hits: Floats, trials: Floats
    ) -> None:
        """`segment`, `label` [parts], one part of both at most; `hits`, `trials` [parts × KPIs]."""
        order = np.argsort(segment, kind="stable")
        self.by, self._labels = by, labels
        self._segment, self._label = segment[order], label[order]
        self._hits, self._trials = hits[order], trials[order]
        self._all_hits, self._all_trials = self._by_label(self._hits), self._by_label(self._trials)

    def parts(self, segment: int, kpi: int) -> tuple[list[str], Parts]:
        """A segment's parts with trials, and what they are called."""
        first, last = np.searchsorted(self._segment, [segment, segment + 1])
        own = np.arange(first, last)[self._trials[first:last, kpi] > 0]
        label, hits, trials = self._label[own], self._hits[own, kpi], self._trials[own, kpi]
        of = Parts(hits, trials, self._all_hits[label, kpi] - hits, self._all_trials[label, kpi] - trials)
        return [self._labels[one] for one in label.tolist()], of

    def _by_label(self, counts: Floats) -> Floats:
        out = np.zeros((len(self._labels), counts.shape[1]))
        np.add.at(out, self._label, counts)
        return out


class Parting(NamedTuple):
    """How far a segment's parts are from each other beyond what their labels are."""

    spread: float  # of the ratio to what is usual, beyond chance; 0.2 = 20 %
    p_value: float  # of none at all
    lowest: int  # part
    low: float  # its ratio to what is usual, the segment's own level taken out
    highest: int
    high: float


def parting(of: Parts, chance: float) -> Parting | None:
    """None with fewer than two parts to tell; `chance`: variance of the hits over that of independent, rare ones."""
    tells = of.usual_hits > 0
    if tells.sum() < 2 or not of.hits[tells].any():
        return None
    own, trials, hits, usual = (each[tells] for each in of)
    expected = trials * hits / usual
    expected = expected * own.sum() / expected.sum()
    ratio = own / expected
    weight = expected * hits / (expected + hits)  # what is usual is not known for sure either
    found = heterogeneity.between((ratio * weight)[:, None], weight[:, None], np.array([False]), np.array([chance]))
    place, low, high = np.flatnonzero(tells), int(ratio.argmin()), int(ratio.argmax())
    return Parting(
        spread=float(found.spread[0]),
        p_value=float(found.p_value[0]),
        lowest=int(place[low]),
        low=float(ratio[low]),
        highest=int(place[high]),
        high=float(ratio[high]),
    )


def mix(of: Parts) -> tuple[Lift, float]:
    """What the segment would do beside the rest if each part did as usual; and what share that is of what it does.

    Indirect standardisation: the expected `E = Σ n r` of trials `n` at the others' rates `r`, over the rest's rate. Its
    variance is that of the shares of a sample, and of rates that are not known for sure (delta method). NaN where a
    part has no trials elsewhere.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = of.usual_hits / of.usual_trials
        expected, trials = float((of.trials * rate).sum()), float(of.trials.sum())
        rest = of.usual_hits.sum() / of.usual_trials.sum()
        log = np.log(expected / trials / rest)
        sample = (of.trials * rate**2).sum() / expected**2 - 1 / trials
        unsure = ((of.trials * rate) ** 2 / np.maximum(of.usual_hits, 0.5)).sum() / expected**2
        share = log / np.log((of.hits.sum() + 0.5) / trials / rest)
    return between(np.asarray(log), np.asarray(np.maximum(sample, 0.0) + unsure)), float(share)
