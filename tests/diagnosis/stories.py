"""Simulated stories: a month of a dimension's segments, of which one has one cause of being off par.

People are of an industry (the segment), a company size and a buying stage; how often they convert depends on the stage,
by nature segments differ a little in everything, and all days have their own size. What happens is drawn visit by
visit, delivery by delivery, lead by lead, and scored tick by tick as live.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from streams.kpis.catalogue import BUILT_IN
from streams.kpis.measures import Measures
from streams.messages import Diagnosis, PaneSnapshot, SegmentScores, Watermark
from streams.scoring.scorer import DimensionScorer
from streams.settings import Alerts, Dimension, Scoring, Settings, Span, Time
from tests.diagnosis.people import Odd, Rates, draw

START, HOUR, DAYS = 1_767_225_600_000, 3_600_000, 28
TICK = 12 * HOUR
SETTINGS = Settings(
    dimensions={
        **{name: Dimension(trait=name) for name in ("industry", "company_size", "buying_stage")},
        "industry_x_size": Dimension(cross=("industry", "company_size")),
        "industry_x_stage": Dimension(cross=("industry", "buying_stage")),
    },
    time=Time(clock="event", tick=Span(TICK)),
    scoring=Scoring(windows=(Span.parse("7d"), Span.parse("28d"))),
    alerts=Alerts(windows=(Span.parse("7d"),)),
)
MEASURES = Measures(BUILT_IN.values())
SIZES, STAGES = ("large", "medium", "small"), ("awareness", "consideration", "decision")


class Told(NamedTuple):
    """What was found at the end, of the segment that the story is of and of all others."""

    odd: Diagnosis | None
    others: list[Diagnosis]
    scores: list[SegmentScores]


def tell(seed: int, odd: Odd) -> Told:
    """The story of `odd`, on a board drawn by `seed`."""
    random = np.random.default_rng(seed)
    segments = int(random.integers(6, 13))
    rates = Rates.drawn(random, segments, odd)
    scorer = DimensionScorer("industry", SETTINGS, BUILT_IN, MEASURES, partitions=1)
    for number in range(DAYS * 24 * HOUR // TICK):
        counts = draw(random, rates, number * TICK / (24 * HOUR), TICK / (24 * HOUR))
        for pane in _panes(number, counts):
            scorer.offer(pane)
    scorer.offer_watermark(Watermark(partition=0, watermark=START + DAYS * 24 * HOUR))
    for _ in scorer.ticks():
        pass
    scores = list(scorer.scores())
    found = {score.value: score.diagnosis for score in scores}
    others = [each for value, each in found.items() if value != _name(0) and each is not None]
    return Told(found[_name(0)], others, scores)


def _panes(number: int, counts: dict[str, npt.NDArray[np.int64]]) -> list[PaneSnapshot]:
    """`counts`: measure -> [segments × sizes × stages]."""
    of = np.stack(list(counts.values()), axis=-1)
    names = [_name(segment) for segment in range(len(of))]
    by = {
        "industry": _rows(names, of.sum(axis=(1, 2))),
        "industry_x_size": _rows([f"{name} × {size}" for name in names for size in SIZES], of.sum(axis=2)),
        "industry_x_stage": _rows([f"{name} × {stage}" for name in names for stage in STAGES], of.sum(axis=1)),
    }
    start = START + number * TICK
    return [
        PaneSnapshot(
            partition=0,
            level=2,
            start=start,
            watermark=start + TICK,
            offsets={"clicks": number},
            measures=list(counts),
            counts={dimension: values},
        )
        for dimension, values in by.items()
    ]


def _rows(names: list[str], counts: npt.NDArray[np.int64]) -> dict[str, list[int]]:
    """`counts` [… × measures] by name, in the order of the names."""
    return dict(zip(names, counts.reshape(len(names), -1).tolist(), strict=True))


def _name(segment: int) -> str:
    return f"segment-{segment}"
