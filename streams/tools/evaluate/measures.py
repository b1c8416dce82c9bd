"""What a rule is worth: its false alarms a day, the share of changes it finds, and how soon."""

from __future__ import annotations

import msgspec
import numpy as np
from scipy.stats import chi2

from streams.events.columns import Bools, Floats
from streams.tools.evaluate.alarms import Alarms
from streams.tools.evaluate.look import DAY, START
from streams.tools.evaluate.trial import Trial


class FalseAlarms(msgspec.Struct, frozen=True):
    """Alarms of a segment that nothing has happened to, or in the wrong direction; learning does not count."""

    count: int
    days: float  # watched, all runs together
    per_day: float  # over the whole board
    low: float  # 95 % interval of a Poisson count
    high: float


class Delays(msgspec.Struct, frozen=True):
    """From the change to the first alarm of the right segment in the right direction, in hours."""

    share: float  # of changes that were found within the days watched
    mean: float  # one that was not found counts as the whole time watched: finding less makes no rule look faster
    median: float | None  # None: not so many were found
    p90: float | None
    others: float  # segments of the board, in the mean of runs, that alarmed meanwhile for nothing
    since_error: float | None  # median distance of the estimated change point from the change


class Measured(msgspec.Struct, frozen=True):
    """One rule in one cell."""

    false_alarms: FalseAlarms
    delays: Delays | None  # None: nothing happens in this cell


def measure(trial: Trial, rule: str) -> Measured:
    """What `rule` did in all runs of a cell."""
    cell, alarms = trial.cell, trial.alarms[rule]
    hit, first, until = trial.where[alarms.run, alarms.segment], trial.since[alarms.run], _until(trial)[alarms.run]
    counted = (alarms.look >= cell.learning * cell.per_day) & (alarms.look < until)
    after = counted & (alarms.look >= first)
    right = 0 if cell.effect is None else np.sign(cell.effect.change)
    true = after & hit & (alarms.direction == right)
    days = float((_until(trial) / cell.per_day - cell.learning).sum())
    false_alarms = _false_alarms(int((counted & ~true).sum()), days)
    if cell.effect is None:
        return Measured(false_alarms, None)
    return Measured(false_alarms, _delays(trial, alarms, true, after & ~hit))


def _until(trial: Trial) -> Floats:
    """The look [runs] before which alarms count."""
    return np.minimum(trial.since + trial.cell.watched * trial.cell.per_day, trial.cell.looks)


def _false_alarms(count: int, days: float) -> FalseAlarms:
    low = float(chi2.ppf(0.025, 2 * count)) / 2 if count else 0.0
    high = float(chi2.ppf(0.975, 2 * count + 2)) / 2
    return FalseAlarms(count, days, count / days, low / days, high / days)


def _delays(trial: Trial, alarms: Alarms, true: Bools, false: Bools) -> Delays:
    cell, hours = trial.cell, 24 / trial.cell.per_day
    found = np.full(trial.where.shape, np.inf)
    run, segment = alarms.run[true], alarms.segment[true]
    np.minimum.at(found, (run, segment), (alarms.look[true] + 1 - trial.since[run]) * hours)
    delays = found[trial.where]
    others = len(np.unique(np.stack([alarms.run[false], alarms.segment[false]]), axis=1).T) / trial.runs
    return Delays(
        share=float(np.isfinite(delays).mean()),
        mean=float(np.minimum(delays, cell.watched * 24).mean()),
        median=_quantile(delays, 0.5),
        p90=_quantile(delays, 0.9),
        others=others,
        since_error=_since_error(trial, alarms, true),
    )


def _quantile(delays: Floats, q: float) -> float | None:
    value = float(np.quantile(delays, q, method="inverted_cdf"))
    return value if np.isfinite(value) else None


def _since_error(trial: Trial, alarms: Alarms, true: Bools) -> float | None:
    """Over the first true alarm of each changed segment."""
    if not true.any() or (alarms.since[true] < 0).any():
        return None
    at = np.flatnonzero(true)  # in the order of looks
    _, firsts = np.unique(np.stack([alarms.run[at], alarms.segment[at]]), axis=1, return_index=True)
    first = at[firsts]
    change = START + trial.since[alarms.run[first]] * (DAY // trial.cell.per_day)
    return float(np.median(np.abs(alarms.since[first] - change))) / (DAY / 24)
