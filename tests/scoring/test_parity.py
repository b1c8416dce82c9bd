"""The same events give the same scores and alerts, whatever the batches, partitions, interleavings and crashes."""

from __future__ import annotations

from collections import defaultdict

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.kpis.catalogue import BUILT_IN
from streams.messages import Alert, SegmentScores, Watermark
from streams.panes.codec import by_dimension
from streams.panes.panes import Change
from streams.scoring.scorer import DimensionScorer
from streams.settings import Alerts, Scoring, Span, Time
from tests.panes.history import DAY, HOUR, MEASURES, MINUTE, SETTINGS, Happening, happenings, written
from tests.panes.reader import Reader, Step, steps

WINDOWS = (Span(HOUR), Span(5 * HOUR), Span(30 * HOUR), Span(30 * DAY))
#: So easily sure that a handful of events makes and ends alerts.
EAGER = msgspec.structs.replace(
    SETTINGS,
    time=Time(clock="event", tick=Span(30 * MINUTE)),
    scoring=Scoring(windows=WINDOWS, min_trials=1, false_alarms_per_day=200.0, settle=Span(0)),
    alerts=Alerts(windows=WINDOWS, cooldown=Span(HOUR)),
)

Out = dict[str, tuple[dict[int, list[Alert]], list[SegmentScores]]]  # dimension -> tick -> alerts; scores at the end


def scored(readers: list[Reader], turns: list[int]) -> Out:
    """All that the readers have said, in their own order each, taken in turns; ticked whenever there is something."""
    scorers = {d: DimensionScorer(d, EAGER, BUILT_IN, MEASURES, len(readers)) for d in EAGER.dimensions}
    alerts: dict[str, dict[int, list[Alert]]] = {d: defaultdict(list) for d in scorers}
    waiting = [list(reader.said) for reader in readers]
    order = [turn % len(readers) for turn in turns] + [n for n, said in enumerate(waiting) for _ in said]
    for turn in order:
        if not waiting[turn]:
            continue
        said = waiting[turn].pop(0)
        if isinstance(said, Change) and said.snapshot is not None:
            for dimension, part in by_dimension(said.snapshot).items():
                for scorer in scorers.values():
                    if dimension in scorer.reads:
                        scorer.offer(part)
        elif isinstance(said, Watermark):
            for dimension, scorer in scorers.items():
                scorer.offer_watermark(said)
                for found in scorer.ticks():
                    for alert in found:
                        alerts[dimension][alert.at].append(alert)
    return {d: (dict(alerts[d]), list(scorer.scores())) for d, scorer in scorers.items()}


def read(happened: list[Happening], lives: list[list[Step]]) -> list[Reader]:
    readers = [Reader(log, number, EAGER) for number, log in enumerate(written(happened, len(lives)))]
    for reader, life in zip(readers, lives, strict=True):
        reader.run(life)
        reader.finish()
    return readers


@pytest.mark.timeout(300)  # a second an example, and several on a busy machine
@settings(max_examples=12)
@given(happenings, st.lists(steps, min_size=1, max_size=3), st.lists(st.integers(0, 2), max_size=200))
def test_parity(happened: list[Happening], lives: list[list[Step]], turns: list[int]) -> None:
    assert scored(read(happened, lives), turns) == scored(read(happened, [[]]), [])
