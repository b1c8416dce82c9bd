"""Made-up increments of a dimension with one KPI, for the evidence: hits and trials of each segment, look by look."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from streams.events.columns import Floats
from streams.scoring.evidence.comparison import Trials
from streams.scoring.evidence.series import Evidence, Found

START = 1_767_225_600_000
HOUR, DAY = 3_600_000, 86_400_000

Factor = Callable[[float], Floats | float]  # of the day since the start: [segments], or of all alike


class Look(NamedTuple):
    tick: int  # ms
    own: Trials  # [segments × 1]


def usual(day: float) -> float:
    """Nothing happens."""
    return 1.0


def looks(
    seed: int,
    days: float,
    trials: Floats,
    rates: Floats,
    *,
    rate_factor: Factor = usual,
    volume_factor: Factor = usual,
    clusters: float = 0.0,
    span: int = HOUR,
) -> Iterator[Look]:
    """`trials` a day and hits a trial, [segments]; `clusters`: how much hits vary (gamma), else one a trial."""
    random = np.random.default_rng(seed)
    for number in range(round(days * DAY / span)):
        day = number * span / DAY
        n = random.poisson(trials * span / DAY * volume_factor(day) * np.ones(len(trials)))
        rate = np.clip(rates * rate_factor(day), 0, 1)
        if clusters:
            x = random.poisson(random.gamma(np.maximum(n * rate, 1e-9) / clusters, clusters))
        else:
            x = random.binomial(n, rate)
        tick = START + (number + 1) * span
        yield Look(tick, Trials(x.astype(float)[:, None], n.astype(float)[:, None]))


def rest(own: Trials) -> Floats:
    """Trials of all others."""
    return np.asarray(own.trials.sum(axis=0) - own.trials)


def watch(
    stream: Iterator[Look], segments: int, arl: float, *, binomial: bool = True, mean: bool = False, span: int = HOUR
) -> list[Found]:
    """What is found at each look."""
    evidence, everybody = Evidence(np.array([binomial]), mean=np.array([mean])), np.ones(segments, dtype=np.bool_)
    evidence.begin([], segments)
    return [evidence.step(look.tick, span, look.own, everybody, arl) for look in stream]


def alarms(found: list[Found]) -> list[tuple[int, int, int]]:
    """(look, segment, direction) of each shift that begins to fire."""
    shifts: npt.NDArray[np.int8] = np.stack([each.shift[:, 0] for each in found])
    before = np.vstack([np.zeros_like(shifts[:1]), shifts[:-1]])
    return [
        (look, row, int(shifts[look, row])) for look, row in np.argwhere((shifts != before) & (shifts != 0)).tolist()
    ]
