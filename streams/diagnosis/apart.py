"""The two asks that need crosses: parts that go their own ways, and early buying stages."""

from __future__ import annotations

from typing import NamedTuple

from streams.diagnosis.board import Board
from streams.diagnosis.lift import Lift
from streams.diagnosis.parting import Cross, Parting, Parts, mix, parting
from streams.diagnosis.rules import STAGE

SURE = 1e-3  # chance that the parts of a segment that is one look so different, all looks together
LEAST = 0.2  # spread of the parts
MOST = 0.5  # of what it converts less: the share that the mix of stages must make


class Apart(NamedTuple):
    """The parts by the cross, and on the KPI, that they differ most in."""

    by: str
    kpi: str
    labels: list[str]
    parts: Parts
    parting: Parting


class Early(NamedTuple):
    """What the mix of stages makes of a KPI."""

    kpi: str
    lift: Lift  # of the mix alone
    share: float  # of the lift


def apart(board: Board, row: int, under: list[str]) -> Apart | None:
    """Of one segment, over the conversions of `under`; None where nothing surely is apart."""
    tried = [
        (cross, kpi, *cross.parts(row, column))
        for cross in board.crosses
        for column, kpi in enumerate(board.kpis)
        if kpi in under
    ]
    found = [
        Apart(cross.by, kpi, labels, parts, odd)
        for cross, kpi, labels, parts in tried
        if (odd := parting(parts, _chance(board, kpi, parts))) is not None
        and odd.p_value * len(tried) <= SURE
        and odd.spread >= LEAST
    ]
    return max(found, key=lambda each: each.parting.spread, default=None)


def stages(board: Board) -> Cross | None:
    """The cross with the buying stage, if one is declared."""
    return next((cross for cross in board.crosses if cross.by == STAGE), None)


def early(board: Board, cross: Cross, row: int, worse: list[str]) -> Early | None:
    """Of one segment, on the conversions of `worse`; None where its mix of stages makes not most of it."""
    tried = [
        (kpi, *mix(cross.parts(row, column)[1]))
        for column, kpi in enumerate(board.kpis)
        if kpi in worse and board.kpis[kpi].good == "up"
    ]
    found = [Early(*each) for each in tried if each[1].worse and each[2] >= MOST]
    return min(found, key=lambda each: float(each.lift.high), default=None)


def _chance(board: Board, kpi: str, parts: Parts) -> float:
    """Variance of the hits, over that of independent ones that are rare."""
    rate = float(parts.hits.sum() / parts.trials.sum()) if board.kpis[kpi].model == "binomial" else 0.0
    return float(board.dispersion[list(board.kpis).index(kpi)]) * max(1 - rate, 0.02)
