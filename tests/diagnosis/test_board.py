"""From counts to boards: parts of a cross, and volumes."""

from __future__ import annotations

from itertools import islice, permutations

import numpy as np

from streams.diagnosis.board import cross_of, volumes
from streams.diagnosis.rules import TRAFFIC, VOLUMES
from streams.kpis.catalogue import BUILT_IN
from streams.kpis.measures import Measures
from streams.settings import Dimension
from tests.diagnosis.boards import board, diagnosis

DECLARED = {
    "industry": Dimension(trait="industry"),
    "size": Dimension(trait="size"),
    "size_x_industry": Dimension(cross=("size", "industry")),
}
MEASURES = Measures(BUILT_IN.values())


def test_parts_whatever_came_first() -> None:
    """Of two parts that do equally well the same is told of, and what is unknown is no part."""
    counted = {"small × a": 30, "large × a": 600, "huge × a": 600, "unknown × a": 5}
    counted |= {f"{size} × b": 600 for size in ("small", "large", "huge")}
    said: set[str] = set()
    for values in islice(permutations(counted), 0, None, 7):
        hits, trials = np.array([[counted[value]] for value in values], dtype=np.float64), np.full((7, 1), 2_000.0)
        cross = cross_of("industry", {"a": 0, "b": 1}, DECLARED, "size_x_industry", values, (hits, trials))
        assert cross.by == "size"
        assert cross.parts(0, 0)[0] == ["huge", "large", "small"]
        found = diagnosis(board({"sql_rate": (1_230, 6_000, 1_800, 6_000)}, {"sql_rate": "under"}, crosses=[cross]))
        assert found is not None
        said.add(found.summary)
    assert said == {
        "Too broad, split it by size: Qualified leads that sales accepted in size:small 1.5% against 30% (index 5); "
        "Qualified leads that sales accepted in size:huge 30% against 30% (index 100)"
    }


def test_volumes_of_the_segment_and_of_the_rest() -> None:
    """Three segments, and one of whom nobody knows who they are."""
    totals = np.zeros((4, len(MEASURES.names)), dtype=np.int64)
    totals[:, MEASURES.sessions] = [100, 300, 500, 900]
    totals[:, MEASURES.column("emails.sent")] = [50, 150, 250, 900]
    totals[:, MEASURES.column("spend.value")] = [1_000_000, 6_000_000, 0, 8_000_000]
    names = [*VOLUMES, TRAFFIC]
    found = volumes(totals, MEASURES, np.array([True, True, True, False]))
    mails, spend, traffic = (names.index(name) for name in ("emails_per_session", "spend_per_session", TRAFFIC))
    assert found.value[0, [mails, spend, traffic]].tolist() == [0.5, 10, 100]
    assert found.rest[0, [mails, spend, traffic]].tolist() == [400 / 800, 6_000 / 800, 800 / 2]
    assert np.isnan(found.value[0, names.index("invitations_per_session")]), "nobody was invited: nothing is known"
