"""One task of the evaluation: some runs of one cell, seen by all rules."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from streams.events.columns import Bools, Ints
from streams.tools.evaluate.alarms import Alarms, Recorder
from streams.tools.evaluate.cell import SEEDS, Cell
from streams.tools.evaluate.effects import inject
from streams.tools.evaluate.rules.rules import RULES

TOGETHER = 100  # runs in one task


class Trial(NamedTuple):
    """What came of some runs of a cell."""

    cell: Cell
    part: int
    runs: int
    where: Bools  # [runs × segments]: those that something happens to
    since: Ints  # [runs]: number of the look with which it begins
    alarms: dict[str, Alarms]  # by rule


class Task(NamedTuple):
    """Runs number `part` × TOGETHER and after."""

    cell: Cell
    part: int
    runs: int
    seeds: str


def tasks(cells: list[Cell], runs: int, seeds: str) -> list[Task]:
    """The longest first, so that the last ones are short."""
    parts = [(part, min(TOGETHER, runs - part * TOGETHER)) for part in range(-(-runs // TOGETHER))]
    made = [Task(cell, part, size, seeds) for cell in cells for part, size in parts]
    return sorted(made, key=lambda task: -task.cell.looks)


def run(task: Task) -> Trial:
    """Simulate it; the same task always comes out the same."""
    cell, runs, segments = task.cell, task.runs, task.cell.stream.segments
    rng = np.random.default_rng([SEEDS[task.seeds], zlib.crc32(cell.name.encode()), task.part])
    injected = None
    if cell.effect is not None:
        first = cell.learning * cell.per_day
        after = first, first + cell.spread * cell.per_day
        injected = inject(cell.effect, rng, runs, segments, after, cell.per_day)
    made = {name: make(cell, runs) for name, make in RULES.items()}
    rules = {name: (rule, Recorder()) for name, rule in made.items() if rule is not None}
    for number, look in enumerate(cell.stream.looks(rng, runs, cell.looks, cell.per_day, injected)):
        for rule, recorder in rules.values():
            recorder.take(number, rule.look(look))
    where = np.zeros((runs, segments), dtype=np.bool_) if injected is None else injected.where
    since = np.full(runs, cell.looks) if injected is None else injected.since
    return Trial(
        cell, task.part, runs, where, since, {name: recorder.alarms() for name, (_, recorder) in rules.items()}
    )


def joined(trials: list[Trial]) -> Trial:
    """All runs of one cell, in the order of their numbers."""
    trials = sorted(trials, key=lambda trial: trial.part)
    offsets = np.cumsum([0, *(trial.runs for trial in trials)])
    alarms = {
        name: Alarms(*(np.concatenate(column) for column in zip(*_numbered(trials, offsets, name), strict=True)))
        for name in trials[0].alarms
    }
    where, since = (np.concatenate(column) for column in zip(*((t.where, t.since) for t in trials), strict=True))
    return Trial(trials[0].cell, 0, int(offsets[-1]), where, since, alarms)


def _numbered(trials: list[Trial], offsets: Ints, name: str) -> Iterator[Alarms]:
    for trial, offset in zip(trials, offsets, strict=False):
        alarms = trial.alarms[name]
        yield alarms._replace(run=alarms.run + offset)
