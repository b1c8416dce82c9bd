"""What a scoring tick costs, and a publication of its scores, in process: one dimension, made-up panes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import median
from typing import NamedTuple

import numpy as np

from streams.events.topics import SOURCES
from streams.kpis.catalogue import BUILT_IN
from streams.kpis.measures import Measures
from streams.messages import PaneSnapshot, Watermark
from streams.panes.levels import LEVELS
from streams.scoring.scorer import DimensionScorer
from streams.settings import Dimension, Kpi, Settings

_DIMENSION = "made_up"
_START = 1_767_225_600_000  # ms, the beginning of a day


class TickCost(NamedTuple):
    """Seconds of this process (CPU), for one dimension of that size."""

    segments: int
    kpis: int
    windows: int
    tick_seconds: float  # the median tick: windows moved on, states and alerts found
    scores_seconds: float  # making the messages of all segments once


def tick_seconds(segments: int, kpis: int, ticks: int) -> TickCost:
    """Measure `ticks` ticks, each with a new pane in which a fifth of the segments have counts, and one publication."""
    declared = _kpis(kpis)
    measures = Measures(declared.values())
    chosen = Settings(dimensions={_DIMENSION: Dimension(trait=_DIMENSION, max_values=segments)})
    scorer = DimensionScorer(_DIMENSION, chosen, declared, measures, partitions=1)
    spent = []
    for pane in _panes(segments, measures.names, ticks):
        scorer.offer(pane)
        scorer.offer_watermark(Watermark(partition=0, watermark=pane.start + LEVELS[0]))
        before = time.process_time()
        for _ in scorer.ticks():
            spent.append(time.process_time() - before)
    before = time.process_time()
    scores = list(scorer.scores())
    made = time.process_time() - before
    assert len(scores) == segments
    return TickCost(segments, kpis, len(chosen.scoring.windows), median(spent[1:]), made)


def _kpis(count: int) -> dict[str, Kpi]:
    """The built-in KPIs and as many declared ones as make up `count`, each over measures of its own."""
    events = [f"{topic}.{name}" for topic, source in SOURCES.items() for name in sorted(source.names)]
    declared = {
        f"declared_{i}": Kpi(
            numerator=(events[i % len(events)],),
            denominator=("sessions",) if i % 2 else (events[-1 - i % len(events)],),
            unit="ratio",
            model="poisson" if i % 2 else "binomial",
        )
        for i in range(max(0, count - len(BUILT_IN)))
    }
    return dict(list({**BUILT_IN, **declared}.items())[:count])


def _panes(segments: int, measures: tuple[str, ...], ticks: int) -> Iterator[PaneSnapshot]:
    """A finest pane in which every segment has counts, and `ticks` more after it, in each a fifth of them."""
    random = np.random.default_rng(1)
    rates = random.gamma(2.0, 0.5, (segments, 1)) * random.uniform(0.1, 2.0, (1, len(measures)))
    everyone, some = np.arange(segments), max(1, segments // 5)
    for number in range(1 + ticks):
        chosen = random.choice(everyone, some, replace=False) if number else everyone
        counts = random.poisson(rates[chosen]) if number else random.poisson(100 * rates)
        rows = zip((f"segment-{i:05}" for i in chosen.tolist()), counts.tolist(), strict=True)
        yield PaneSnapshot(
            partition=0,
            level=0,
            start=_START + number * LEVELS[0],
            watermark=_START + (number + 1) * LEVELS[0],
            offsets={"clicks": number},
            measures=list(measures),
            counts={_DIMENSION: dict(rows)},
        )
