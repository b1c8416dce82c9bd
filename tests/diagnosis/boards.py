"""Boards made by hand: what each segment and its rest have of a few KPIs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from streams.diagnosis.board import Board
from streams.diagnosis.diagnose import diagnoses
from streams.diagnosis.lift import Hits
from streams.diagnosis.parting import Cross
from streams.diagnosis.rules import TRAFFIC, VOLUMES
from streams.kpis.catalogue import BUILT_IN
from streams.messages import STATES, Diagnosis, State

Count = tuple[float, float, float, float]  # hits, trials, and the rest's


def board(
    of: Mapping[str, Count],
    states: Mapping[str, State],
    volumes: Mapping[str, Count] | None = None,
    crosses: Sequence[Cross] = (),
    name: str = "pharma",
) -> Board:
    """Of one segment; KPIs without a state are on a par."""
    kpis = {kpi: BUILT_IN[kpi] for kpi in of}
    none: Count = (0.0, 0.0, 0.0, 0.0)
    given = [(volumes or {}).get(volume, none) for volume in (*VOLUMES, TRAFFIC)]
    return Board(
        window="28d",
        names=[name],
        kpis=kpis,
        hits=Hits(*np.array([list(of.values())]).transpose(2, 0, 1)),
        scale=np.ones(len(kpis)),
        dispersion=np.ones(len(kpis)),
        state=np.array([[STATES.index(states.get(kpi, "par")) for kpi in of]], dtype=np.int8),
        volumes=Hits(*np.array([given]).transpose(2, 0, 1)),
        crosses=crosses,
    )


def diagnosis(of: Board) -> Diagnosis | None:
    """Of its one segment."""
    (found,) = diagnoses(of)
    return found


def cross(by: str, parts: Mapping[str, Mapping[str, tuple[int, int]]], kpis: int = 1, column: int = 0) -> Cross:
    """`parts`: segment number as text -> label -> hits and trials of the KPI `column`."""
    labels = sorted({label for of in parts.values() for label in of})
    rows = [(int(segment), labels.index(label), *n) for segment, of in parts.items() for label, n in of.items()]
    hits, trials = np.zeros((len(rows), kpis)), np.zeros((len(rows), kpis))
    hits[:, column], trials[:, column] = [row[2] for row in rows], [row[3] for row in rows]
    segment, label = (np.array([row[i] for row in rows], dtype=np.int64) for i in (0, 1))
    return Cross(by, segment, label, labels, hits, trials)
