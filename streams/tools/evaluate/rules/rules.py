"""The rules that are compared, by name, and how each is set up for a cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from streams.tools.evaluate.bound import FALSE_ALARMS_PER_DAY
from streams.tools.evaluate.cell import Cell
from streams.tools.evaluate.rules.band import Band
from streams.tools.evaluate.rules.benjamini_hochberg import BenjaminiHochberg
from streams.tools.evaluate.rules.cusum import Cusum
from streams.tools.evaluate.rules.oracle import Oracle
from streams.tools.evaluate.rules.ours import Ours
from streams.tools.evaluate.rules.rule import Rule
from streams.tools.evaluate.rules.ztest import ZTest

OURS = "segpulse"
ORACLE = "oracle"


def _oracle(cell: Cell, runs: int) -> Rule | None:  # noqa: ARG001 (as all of them)
    """Where it is plain what there is to know: Bernoulli trials of a simulated board, and an effect."""
    board = cell.stream.board
    if board is None or cell.effect is None or cell.effect.traffic or not cell.stream.binomial:
        return None
    arl = cell.stream.segments / FALSE_ALARMS_PER_DAY * cell.per_day
    return Oracle(cell.effect.change, arl, np.array(board.trials) / cell.per_day, np.array(board.rates))


RULES: Mapping[str, Callable[[Cell, int], Rule | None]] = {
    "z-test": lambda cell, _: ZTest(cell.per_day),
    "BH": lambda cell, _: BenjaminiHochberg(cell.per_day),
    "±2σ band": lambda cell, _: Band(cell.per_day),
    "CUSUM 25 %": lambda cell, _: Cusum(cell.learning * cell.per_day, cell.stream.binomial),
    ORACLE: _oracle,
    OURS: lambda cell, runs: Ours(runs, cell.stream.segments, cell.stream.binomial),
}
