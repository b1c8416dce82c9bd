"""From a dimension's counts and states to the diagnoses of its segments off par; see `streams.diagnosis`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from streams.diagnosis.board import Board, cross_of, volumes
from streams.diagnosis.diagnose import diagnoses
from streams.diagnosis.lift import Hits
from streams.diagnosis.parting import Cross
from streams.events.columns import Floats, Ints
from streams.kpis.measures import Measures
from streams.messages import Diagnosis
from streams.scoring import states
from streams.scoring.baseline import Counts
from streams.scoring.crosses import Crosses
from streams.scoring.quantities import Quantities
from streams.segments.registry import UNKNOWN
from streams.settings import Kpi, Settings


class Diagnosing:
    """By the longest window: a cause shows in weeks, and there are most cases to tell it by."""

    def __init__(self, dimension: str, settings: Settings, kpis: Mapping[str, Kpi], measures: Measures) -> None:
        self._dimension, self._dimensions = dimension, settings.dimensions
        self._kpis, self._measures = kpis, measures
        self._quantities = Quantities(kpis, measures)
        self._longest = int(np.argmax(settings.scoring.windows))
        self._window = str(settings.scoring.windows[self._longest])

    def of(
        self,
        names: Sequence[str],
        totals: Ints,
        counts: Counts,
        series: npt.NDArray[np.int8],
        dispersion: Floats,
        crosses: Crosses,
    ) -> list[Diagnosis | None]:
        """Of the segments `names`, by `totals` [windows × segments × measures], counts and states [segments × KPIs].

        `dispersion` [KPIs]: by how much more hits vary than independent ones.
        """
        if not np.isin(series, (states.OVER, states.UNDER, states.SILENT)).any():
            return [None] * len(names)
        own = totals[self._longest]
        piece = self._quantities.piece(own)
        numerator, denominator, rest_numerator, rest_denominator = (each[self._longest] for each in counts)
        known = np.array([name != UNKNOWN for name in names], dtype=np.bool_)
        board = Board(
            window=self._window,
            names=names,
            kpis=self._kpis,
            hits=Hits(numerator / piece, _floats(denominator), rest_numerator / piece, _floats(rest_denominator)),
            scale=self._quantities.units.value * piece,
            dispersion=dispersion,
            state=series,
            volumes=volumes(own, self._measures, known),
            crosses=self._crosses(names, piece, crosses) if (series == states.UNDER).any() else (),
        )
        return diagnoses(board)

    def _crosses(self, names: Sequence[str], piece: Floats, crosses: Crosses) -> list[Cross]:
        number = {name: each for each, name in enumerate(names)}
        out = []
        for name in crosses.names:
            values, totals = crosses.totals(name)
            counts = self._quantities.numerator(totals) / piece, _floats(self._quantities.denominator(totals))
            out.append(cross_of(self._dimension, number, self._dimensions, name, values, counts))
        return out


def _floats(counts: Ints) -> Floats:
    return counts.astype(np.float64)
