"""All cells, over all cores, and what comes out as figures."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed

import msgspec

from streams.tools.evaluate import trial
from streams.tools.evaluate.bound import lorden
from streams.tools.evaluate.cell import Cell
from streams.tools.evaluate.measures import Measured, measure
from streams.tools.evaluate.trial import Task, Trial


class Bound(msgspec.Struct, frozen=True):
    """Lorden's bound (hours) on the mean delay, the run length counted in days or in looks."""

    days: float
    looks: float


class Row(msgspec.Struct, frozen=True):
    """One cell of the evaluation."""

    cell: str
    what: str
    runs: int
    learning: int  # days
    looks: int  # a day
    change: float | None
    bound: Bound | None
    rules: dict[str, Measured]


class Earliest(msgspec.Struct, frozen=True):
    """What one segment of somebody's own board can show at all."""

    segment: str
    trials: float  # a day
    rate: float
    hours: dict[str, float]  # by change in percent: Lorden's bound on the mean delay, run length in days


class Evaluation(msgspec.Struct, frozen=True):
    """What `segpulse backtest --evaluate --json` prints."""

    seeds: str
    rows: list[Row]
    segments: list[Earliest] = []  # of an own board, the largest first


def evaluate(cells: list[Cell], runs: int, seeds: str, progress: Callable[[int], None]) -> Evaluation:
    """Run them in parallel; `progress` is told how many looks have been simulated, a run at a time."""
    parts: dict[str, list[Trial]] = {cell.name: [] for cell in cells}
    done = 0
    for task, result in _results(trial.tasks(cells, runs, seeds)):
        parts[task.cell.name].append(result)
        done += cost(task.cell, task.runs)
        progress(done)
    return Evaluation(seeds, [_row(cell, parts[cell.name]) for cell in cells])


def cost(cell: Cell, runs: int) -> int:
    """What the progress is counted in."""
    return cell.looks * runs * cell.stream.segments


def _results(tasks: list[Task]) -> Iterator[tuple[Task, Trial]]:
    workers = min(os.cpu_count() or 1, len(tasks))
    if workers <= 1:
        yield from ((task, trial.run(task)) for task in tasks)
        return
    # Not forked: the progress bar has a thread.
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        running = {pool.submit(trial.run, task): task for task in tasks}
        try:
            for future in as_completed(running):
                yield running[future], future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _row(cell: Cell, parts: list[Trial]) -> Row:
    whole = trial.joined(parts)
    measured = {rule: measure(whole, rule) for rule in whole.alarms}
    change = None if cell.effect is None else cell.effect.change
    return Row(cell.name, cell.what, whole.runs, cell.learning, cell.per_day, change, _bound(cell), measured)


def _bound(cell: Cell) -> Bound | None:
    """Of a step on a board whose segments are all alike: elsewhere it is another for each segment."""
    board, effect = cell.stream.board, cell.effect
    if board is None or effect is None or effect.ramp or effect.traffic or not cell.stream.binomial:
        return None
    if len({*board.trials}) > 1 or len({*board.rates}) > 1:
        return None
    of = board.rates[0], effect.change, board.trials[0], len(board.trials)
    return Bound(lorden(*of), lorden(*of, looks=cell.per_day))
