"""What the 95 % interval and the probability of being better promise, on simulated boards."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
import pytest

from streams.events.columns import Floats, Ints
from streams.events.topics import SOURCES
from streams.kpis.measures import Measures
from streams.messages import Cell
from streams.panes.levels import Grid
from streams.scoring.judge import Judge
from streams.scoring.shown import Table, scores
from streams.settings import Alerts, Dimension, Kpi, Scoring, Settings, Span, Time
from tests.scoring.streams import DAY, HOUR, START

SEGMENTS, DAYS, SESSIONS = 10, 3, 500  # a day
NAMES = [f"segment {number}" for number in range(SEGMENTS)]


class Law(NamedTuple):
    """How hits come of sessions."""

    model: Literal["binomial", "poisson"]
    rate: float
    dispersion: float

    def hits(self, random: np.random.Generator, trials: Ints, rate: Floats) -> Ints:
        """[segments × KPIs], `dispersion` times as uneven as the model has it."""
        size = self.dispersion if self.model == "binomial" else 1.0
        if self.model == "binomial":  # visitors come several times, and are the same each time
            return np.asarray(random.binomial((trials / size).astype(np.int64), rate) * size, dtype=np.int64)
        if self.dispersion == 1:
            return np.asarray(random.poisson(trials * rate))
        return np.asarray(trials + random.negative_binomial(np.maximum(trials, 1), 1 / rate) * (trials > 0))


GEOMETRIC, POISSON = Law("poisson", 4.0, 3.0), Law("poisson", 0.4, 1.0)
ALIKE, SHARE = Law("binomial", 0.3, 3.0), Law("binomial", 0.3, 1.0)


def board(seed: int, law: Law, apart: float) -> tuple[list[list[Cell]], Floats]:
    """Cells of the last days, and the true rates [segments × KPIs]: a KPI a topic, all of the same sessions."""
    kpis = {
        topic: Kpi(numerator=(topic,), denominator=("sessions",), unit="ratio", model=law.model) for topic in SOURCES
    }
    longest, measures = DAYS * DAY, Measures(kpis.values())
    settings = Settings(
        dimensions={"d": Dimension(trait="d")},
        time=Time(tick=Span(HOUR)),
        scoring=Scoring(windows=(Span(longest),)),
        alerts=Alerts(windows=(Span(longest),)),
    )
    judge, random = Judge("d", settings, kpis, measures), np.random.default_rng(seed)
    judge.begin(range(SEGMENTS), SEGMENTS)
    rates = law.rate * np.exp(random.normal(0, apart, (SEGMENTS, len(kpis))))
    totals = np.zeros((1, SEGMENTS, len(measures.names)), dtype=np.int64)
    for number in range(longest // HOUR):
        gained = np.zeros_like(totals[0])
        sessions = random.poisson(SESSIONS * HOUR / DAY / 3, SEGMENTS) * 3
        gained[:, measures.sessions] = sessions
        gained[:, [measures.column(topic) for topic in kpis]] = law.hits(random, sessions[:, None], rates)
        totals += gained
        judge.judge(START + (number + 1) * HOUR, NAMES, totals, gained)
    known = np.ones(SEGMENTS, dtype=np.bool_)
    nothing = np.zeros((1, SEGMENTS, len(kpis)), dtype=np.int8)
    table = Table(
        *judge.counts(totals, known, nothing[0]),
        eligible=known,
        state=nothing,
        since=nothing.astype(np.int64),
        shift=nothing[0],
        wait=np.zeros(nothing[0].shape),
        cluster=judge.clusters(totals, judge.dispersion()),
        dispersion=judge.dispersion(),
    )
    end = START + longest
    return [s.cells for s in scores("d", NAMES, end, end, table, kpis, Grid((longest,), HOUR))], rates


@pytest.mark.parametrize("apart", [0.0, 0.05, 0.2])
@pytest.mark.parametrize("law", [GEOMETRIC, POISSON, ALIKE, SHARE])
def test_the_interval_holds_the_true_value_as_often_as_it_says(law: Law, apart: float) -> None:
    held, sure = [], []
    for seed in range(4):
        cells, rates = board(seed, law, apart)
        for row, of_row in zip(cells, rates, strict=True):
            for cell, rate in zip(row, of_row, strict=True):
                assert cell.low is not None
                assert cell.high is not None
                assert cell.probability_better is not None
                held.append(cell.low <= rate <= cell.high)
                sure.append(not 0.025 < cell.probability_better < 0.975)
    # Where segments differ about as much as chance does, 0.92: how much they differ is learned from ten of them.
    assert np.mean(held) > 0.9
    assert apart or np.mean(sure) < 0.05
