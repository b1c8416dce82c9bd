"""The figures of a period promise what those of a window do."""

from __future__ import annotations

import numpy as np

from streams.kpis.measures import Measures
from streams.quality.cells import Cells
from streams.settings import Dimension, Kpi, Settings

KPIS = {"pages": Kpi(numerator=("page_views",), denominator=("sessions",), unit="per session", model="poisson")}
SEGMENTS, MEAN, MONTH = 10, 4.0, 30 * 86_400_000


def test_the_interval_is_as_wide_as_hits_are_clustered() -> None:
    """Pages a session are geometric: their variance is 3 times the mean. As if of independent ones, 0.81 hold it."""
    measures, random = Measures(KPIS.values()), np.random.default_rng(1)
    cells = Cells(Settings(dimensions={"d": Dimension(trait="d")}), KPIS, measures)
    names, held = [str(number) for number in range(SEGMENTS)], []
    for _ in range(40):
        totals = np.zeros((SEGMENTS, len(measures.names)), dtype=np.int64)
        sessions = random.poisson(500, SEGMENTS)
        totals[:, measures.sessions] = sessions
        totals[:, measures.column("page_views")] = sessions + random.negative_binomial(sessions, 1 / MEAN)
        known = np.ones(SEGMENTS, dtype=np.bool_)
        rows = cells.of("d", names, known, totals, (0, MONTH), np.array([3.0]))
        held += [(row["pages"].low or 0) <= MEAN <= (row["pages"].high or 0) for row in rows]
    assert np.mean(held) > 0.93
