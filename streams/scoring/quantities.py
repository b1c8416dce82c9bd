"""What each KPI's numerator and denominator come to, and in what unit they are kept, shown and tested.

Sums of values are kept in thousandths. They are shown in units. They are tested in pieces: a sum over the mean size of
what it is a sum of. So an increment of one piece is what a hit is to a count, and as the sizes differ, the sum varies
more than a count of hits would by E[v²] / E[v]², which is 1 at least (compound Poisson, as over-dispersion).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from streams.events.columns import Bools, Floats, Ints
from streams.events.terms import UNIT, is_sum, lag, split
from streams.kpis.measures import Measures, sums
from streams.settings import Kpi


def scored(windows: Sequence[int], kpis: Mapping[str, Kpi]) -> Bools:
    """[windows × KPIs]: which KPIs are scored over which of the `windows` (ms)."""
    return np.array([[not kpi.windows or window in kpi.windows for kpi in kpis.values()] for window in windows])


class Units(NamedTuple):
    """Of each KPI [KPIs]."""

    numerator: Ints  # what of it makes one: 1 or 1000
    denominator: Ints
    value: Floats  # the KPI's value over numerator / denominator as they are kept
    binomial: npt.NDArray[np.bool_]  # at most one hit a trial
    mean: npt.NDArray[np.bool_]  # of values
    median: npt.NDArray[np.bool_]
    lags: Floats  # ms from trials to their hits; infinity: hours or days
    tested: npt.NDArray[np.bool_]  # not only shown
    up: npt.NDArray[np.bool_]  # more is better

    @property
    def good(self) -> Ints:
        """1: more is better, -1: less is."""
        return np.where(self.up, 1, -1)

    @classmethod
    def of(cls, kpis: Mapping[str, Kpi]) -> Units:
        """As declared."""
        declared = list(kpis.values())
        numerator, denominator = (
            np.array([UNIT if is_sum(split(side[0])[1]) else 1 for side in sides], dtype=np.int64)
            for sides in ([kpi.numerator for kpi in declared], [kpi.denominator for kpi in declared])
        )
        model = np.array([kpi.model for kpi in declared])
        return cls(
            numerator,
            denominator,
            np.array([kpi.scale for kpi in declared]) * denominator / numerator,
            model == "binomial",
            model == "mean",
            model == "median",
            np.array([lag(kpi.numerator, kpi.denominator) for kpi in declared], dtype=np.float64),
            np.array([kpi.tested for kpi in declared]),
            np.array([kpi.good == "up" for kpi in declared]),
        )


class Quantities:
    """From totals of measures [… × measures] to those of KPIs [… × KPIs]."""

    def __init__(self, kpis: Mapping[str, Kpi], measures: Measures) -> None:
        self.units = Units.of(kpis)
        self._numerator = measures.columns(kpis, "numerator")
        self._denominator = measures.columns(kpis, "denominator")
        means = {name: kpi for name, kpi in kpis.items() if kpi.model == "mean"}
        self._pieces = measures.pieces(means)
        self._sums = measures.columns(means, "numerator")

    def numerator(self, totals: Ints) -> Ints:
        """As kept: counts, or sums in thousandths."""
        return sums(totals, self._numerator)

    def denominator(self, totals: Ints) -> Ints:
        """As kept, likewise."""
        return sums(totals, self._denominator)

    def piece(self, totals: Ints) -> Floats:
        """The mean size, as kept, of a piece of each numerator [KPIs] in `totals` [rows × measures]; of a count 1."""
        size = np.ones(len(self.units.mean))
        if self._pieces:
            value, pieces = (sums(totals, columns).sum(axis=0) for columns in (self._sums, self._pieces))
            known = (value > 0) & (pieces > 0)
            size[self.units.mean] = np.where(known, value / np.maximum(pieces, 1), 1.0)
        return size

    def hits(self, gained: Ints, piece: Floats) -> tuple[Floats, Floats]:
        """Hits, in pieces of that size, and trials of what was `gained`; 0 of what is not tested."""
        tested = self.units.tested
        hits = self.numerator(gained) / piece
        # A value below 0 takes nothing back of what has come before.
        return np.where(tested, np.maximum(hits, 0.0), 0.0), np.where(tested, self.denominator(gained), 0.0)
