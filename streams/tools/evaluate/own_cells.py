"""What somebody's own board can show: its cells, and how long each of its segments needs at least."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from streams.tools.evaluate.bound import lorden
from streams.tools.evaluate.cell import Cell
from streams.tools.evaluate.cells import CHANGES, quiet, signed
from streams.tools.evaluate.effects import Effect
from streams.tools.evaluate.own import Board
from streams.tools.evaluate.streams.dealt import Dealt


def earliest(board: Board) -> Iterator[tuple[str, float, float, dict[str, float]]]:
    """Each segment's name, trials a day, rate, and hours at least, by change, until one is seen; the largest first."""
    stream = board.stream
    trials = stream.trials.sum(axis=0) / len(stream.trials) * board.per_day
    rates = stream.hits.sum(axis=0) / stream.trials.sum(axis=0)
    for at in np.argsort(-trials, kind="stable").tolist():
        rate, volume = float(rates[at]), float(trials[at])
        if 0 < rate < 1 or (rate > 0 and not stream.binomial):
            fits = [change for change in CHANGES if not stream.binomial or rate * (1 + change) < 1]
            hours = {
                signed(change): lorden(rate, change, volume, stream.segments, binomial=stream.binomial)
                for change in fits
            }
            yield board.segments[at], volume, rate, hours


def own_cells(stream: Dealt, per_day: int) -> Iterator[Cell]:
    """What may happen to it."""
    yield quiet("own/null", "your board, nothing to find", stream, per_day)
    for change in CHANGES:
        yield Cell(f"own/{signed(change)}", "your board, a step", stream, Effect(change), per_day=per_day)
    yield Cell("own/traffic", "your board, no more traffic", stream, Effect(-1.0, traffic=True), per_day=per_day)
    yield Cell("own/conversions", "your board, no more conversions", stream, Effect(-1.0), per_day=per_day)
