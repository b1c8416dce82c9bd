"""The usual ratio of a series to its rest: slowly learned, late enough that a shift does not teach itself.

    first ───── learned ─────┬─ waiting ─┬─ gathering ─► now

Stretches are gathered, wait while the next is gathered, and only then are learned from. They are at most as long as
`lag`, and shorter while the series is young. Nothing is learned while a shift fires.

What is known of each series is drawn to what all series of the KPI have in common (empirical Bayes): the variance
between them is that of DerSimonian & Laird, Controlled Clinical Trials 7 (1986) 177-188. All ratios are as logarithms.
"""

from __future__ import annotations

import numpy as np

from streams.events.columns import Bools, Floats, Ints
from streams.scoring.evidence.comparison import Comparison, log_ratio
from streams.scoring.evidence.memory import Cells, Memory, total

FIELDS = {
    "usual": 0.0,  # ln of the ratio to the rest that is compared with
    "doubt": 0.25,  # its variance
    "share": 0.5,  # of the trials, as in Comparison: the latest
    "first": 0.0,  # ms
    "learned": 0.0,  # ln of the ratio, from what has been learned
    "precision": 0.0,  # of that, 1 / variance
    "gathering_from": 0.0,  # ms
    "gathering_a": 0.0,
    "gathering_b": 0.0,
    "gathering_signal": 0.0,
    "gathering_variance": 0.0,
    "waiting_usual": 0.0,  # what was compared with
    "waiting_a": 0.0,
    "waiting_b": 0.0,
    "waiting_signal": 0.0,
    "waiting_variance": 0.0,
}

_WIDEST = 0.25  # variance between series while too few are known
_NARROWEST = 1e-4  # and at least: no two segments are the same to within a per cent
_FEWEST = 5  # series, to say anything of the variance between them
_SHORTEST = 600_000.0  # ms
_YOUNG = 8.0  # stretches that a life is cut into at least
_HALF_LIFE = 60 * 86_400_000.0  # ms, of what has been learned
_HITS = 10.0  # of a stretch at least: the logarithm of a ratio of fewer is none to learn from
_SUMS = ("a", "b", "signal", "variance")  # of a stretch, as in Comparison


def learn(cells: Cells, compared: Comparison, quiet: Bools) -> None:
    """Gather a stretch of the series that are `quiet`; of the others, drop what is gathered and waits."""
    cells["share"] = compared.share
    for name in _SUMS:
        cells[f"gathering_{name}"] += getattr(compared, name)
    forget(cells, ~quiet)


def forget(cells: Cells, which: Bools) -> None:
    """Drop what has not been learned from yet."""
    for name in _SUMS:
        for stretch in ("gathering", "waiting"):
            cells[f"{stretch}_{name}"] = np.where(which, 0.0, cells[f"{stretch}_{name}"])


def due(memory: Memory, now: float, lag: float) -> Ints:
    """Flat places of the series whose stretch is over at `now` (ms)."""
    length = np.clip((now - memory["first"]) / _YOUNG, _SHORTEST, lag)
    return np.flatnonzero((now - memory["gathering_from"] >= length) & (memory["gathering_signal"] >= _HITS))


def turn(memory: Memory, which: Ints, now: float) -> None:
    """Learn from the stretches that wait, and let those wait that were gathered, of the series at `which`."""
    cells = memory.take(which)
    _fold(cells, now)
    for name in _SUMS:
        cells[f"waiting_{name}"] = cells[f"gathering_{name}"]
        cells[f"gathering_{name}"] = 0.0
    cells["waiting_usual"] = cells["usual"]
    cells["gathering_from"] = now
    memory.put(which, cells)
    centre, between = _common(memory)
    kpi = which % memory.data.shape[2]
    cells = memory.take(which)
    prior = 1 / between[kpi]
    cells["doubt"] = 1 / (cells["precision"] + prior)
    cells["usual"] = cells["doubt"] * (cells["precision"] * cells["learned"] + prior * centre[kpi])
    memory.put(which, cells)


def _fold(cells: Cells, now: float) -> None:
    with np.errstate(divide="ignore", invalid="ignore"):
        information = np.nan_to_num(cells["waiting_signal"] ** 2 / cells["waiting_variance"])
    kept = cells["precision"] * 0.5 ** ((now - cells["gathering_from"]) / _HALF_LIFE)
    precision = kept + information
    found = cells["waiting_usual"] + log_ratio(cells["waiting_a"], cells["waiting_b"], cells["share"])
    with np.errstate(divide="ignore", invalid="ignore"):
        learned = np.nan_to_num((kept * cells["learned"] + information * found) / precision)
    cells["learned"], cells["precision"] = learned, precision


def _common(memory: Memory) -> tuple[Floats, Floats]:
    """Centre of the series of each KPI, and the variance between them [KPIs], a standard error on the safe side."""
    y, weight = memory["learned"], memory["precision"]
    known = weight > 0
    count, weights = known.sum(axis=0), np.maximum(total(weight), 1e-9)
    centre = total(weight * y) / weights
    q = total(weight * (y - centre) ** 2)
    squares = total(weight**2 / weights)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = (q - (count - 1) + np.sqrt(2 * (count - 1))) / (weights - squares)
    enough = (count >= _FEWEST) & np.isfinite(between)
    between = np.where(enough, np.clip(between, _NARROWEST, _WIDEST), _WIDEST)
    return np.where(enough, centre, 0.0), between
