"""What a scoring tick costs, and a publication of its scores, in process: one dimension, made-up panes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from statistics import median
from typing import NamedTuple

import numpy as np

from streams.events.columns import Ints
from streams.events.topics import SOURCES
from streams.kpis.catalogue import catalogue
from streams.kpis.measures import Measures
from streams.messages import PaneSnapshot, Watermark
from streams.panes.levels import LEVELS
from streams.scoring.scorer import DimensionScorer
from streams.scoring.standing import Saved
from streams.settings import Dimension, Kpi, Settings

_DIMENSION = "made_up"
_START = 1_767_225_600_000  # ms, the beginning of a day; the ticks follow it
_PAST = ((2, _START - 72 * LEVELS[2]), (1, _START - 40 * LEVELS[1]), (0, _START - 60 * LEVELS[0]))  # level, start


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
    scorer.restore(Saved(tick=_START))
    spent = []
    for pane in _panes(segments, measures.names, ticks):
        scorer.offer(pane)
        scorer.offer_watermark(Watermark(partition=0, watermark=pane.start + LEVELS[0]))
        spent.append(_seconds(scorer.ticks))
    ticked, made = median(spent[len(_PAST) :]), _seconds(scorer.scores)
    return TickCost(segments, kpis, len(chosen.scoring.windows), ticked, made)


def _seconds(work: Callable[[], Iterable[object]]) -> float:
    before = time.process_time()
    for _ in work():
        pass
    return time.process_time() - before


def _kpis(count: int) -> dict[str, Kpi]:
    """The built-in KPIs and as many declared ones as make up `count`, each over measures of its own."""
    standard = catalogue(Settings())
    events = [f"{topic}.{name}" for topic, source in SOURCES.items() for name in sorted(source.names)]
    declared = {
        f"declared_{i}": Kpi(
            numerator=(events[i % len(events)],),
            denominator=("sessions",) if i % 2 else (events[-1 - i % len(events)],),
            unit="ratio",
            model="poisson" if i % 2 else "binomial",
        )
        for i in range(max(0, count - len(standard)))
    }
    return dict(list({**standard, **declared}.items())[:count])


def _panes(segments: int, measures: tuple[str, ...], ticks: int) -> Iterator[PaneSnapshot]:
    """A past, different in every window, in which all segments have counts; then `ticks` finest panes, one after the
    other, in each of which a fifth of the segments has some."""
    random = np.random.default_rng(1)
    rates = random.gamma(2.0, 0.5, (segments, 1)) * random.uniform(0.1, 2.0, (1, len(measures)))
    everyone = np.arange(segments)
    for level, start in _PAST:
        yield _pane(level, start, measures, everyone, random.poisson(rates * LEVELS[level] / 100_000))
    for number in range(ticks):
        some = random.choice(everyone, max(1, segments // 5), replace=False)
        yield _pane(0, _START + number * LEVELS[0], measures, some, random.poisson(rates[some]))


def _pane(level: int, start: int, measures: tuple[str, ...], segments: Ints, counts: Ints) -> PaneSnapshot:
    rows = zip((f"segment-{i:05}" for i in segments.tolist()), counts.tolist(), strict=True)
    return PaneSnapshot(
        partition=0,
        level=level,
        start=start,
        watermark=start + LEVELS[level],
        offsets={"clicks": start},
        measures=list(measures),
        counts={_DIMENSION: dict(rows)},
    )
