"""The figures shown between ticks: of all that has been read, as a tick there would show them."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from streams.messages import Cell, PaneSnapshot, Watermark
from streams.panes.levels import LEVELS
from streams.scoring.scorer import DimensionScorer
from streams.settings import Dimension, Span, Time
from tests.scoring.test_scorer import HOUR, KPIS, MEASURES, MINUTE, SETTINGS, START, pane, passed

SECOND = 1_000


class Event(NamedTuple):
    """Something that source partition `partition` read: one lead won, and its session."""

    partition: int
    second: int  # after START
    value: str


_events = st.builds(Event, st.integers(0, 1), st.integers(0, 40 * 60), st.sampled_from(["a", "b", "c", "unknown"]))


def scorer(tick: int = MINUTE, max_values: int = 9, lateness: int = HOUR) -> DimensionScorer:
    chosen = msgspec.structs.replace(
        SETTINGS,
        dimensions={"d": Dimension(trait="d", max_values=max_values)},
        time=Time(tick=Span(tick), lateness=Span(lateness)),
    )
    return DimensionScorer("d", chosen, KPIS, MEASURES, 2)


def counted(events: list[Event], span: int) -> dict[int, dict[str, list[int]]]:
    """By pane of that span and value."""
    out: dict[int, dict[str, list[int]]] = defaultdict(dict)
    for event in events:
        start = (START + event.second * SECOND) // span * span
        row = out[start].setdefault(event.value, [0] * len(MEASURES.names))
        for name in ("leads.won", "sessions"):
            row[MEASURES.names.index(name)] += 1
    return dict(out)


def give(to: DimensionScorer, partition: int, events: list[Event], level: int, watermark: int) -> None:
    """What the partition says when it has come to `watermark` and read all of `events`."""
    before = [event for event in events if START + event.second * SECOND < watermark]
    for start, counts in counted(before, LEVELS[level]).items():
        to.offer(
            PaneSnapshot(
                partition=partition,
                level=level,
                start=start,
                watermark=watermark,
                offsets={"leads": len(before)},
                measures=list(MEASURES.names),
                counts={"d": counts},
            )
        )
    after = counted([event for event in events if event not in before], LEVELS[level])
    to.offer_watermark(Watermark(partition=partition, watermark=watermark, measures=list(MEASURES.names), early=after))


NOWHERE = {"state": "par", "since": 0, "kind": None, "needs_days": None}


def figures(of: DimensionScorer) -> dict[str, list[Cell]]:
    """What is shown, but for the states."""
    return {
        score.value: [
            msgspec.structs.replace(cell, state="par", since=0, kind=None, needs_days=None) for cell in score.cells
        ]
        for score in of.scores()
    }


@settings(max_examples=100)
@given(
    st.lists(_events, min_size=1, max_size=40),
    st.tuples(st.integers(0, 41 * 60), st.integers(0, 41 * 60)),
    st.sampled_from([(MINUTE, 0), (10 * MINUTE, 1)]),
)
@example([Event(0, 5, "a"), Event(1, 700, "b")], (65, 61), (MINUTE, 0)).via("only early counts in the shorter window")
def test_as_a_tick_there_would_show_them(events: list[Event], came: tuple[int, int], grid: tuple[int, int]) -> None:
    """Whatever each partition has come to, within a pane or not, at the finest level or a coarser one."""
    tick, level = grid
    early, exact = scorer(tick), scorer(LEVELS[level])
    first = Event(0, 0, "a")  # the first tick is after it
    for partition in (0, 1):
        mine = [first, *events] if partition == 0 else events
        mine = [event for event in mine if event.partition == partition]
        give(early, partition, mine, level, START + tick + came[partition] * SECOND)
        give(exact, partition, mine, level, START + HOUR)
    assert list(early.ticks())
    shown = list(early.scores())
    assert early.tick is not None
    assert {score.at for score in shown} == {early.tick}
    (to,) = {score.to for score in shown}
    for alerts in exact.ticks():
        del alerts
        if exact.tick == to:
            break
    assert {cell.end for score in shown for cell in score.cells} == {to}
    assert figures(early) == figures(exact)


def early_of(partition: int, second: int, watermark: int, **counts: int) -> Watermark:
    events = [Event(partition, second, value) for value, count in counts.items() for _ in range(count)]
    return Watermark(
        partition=partition,
        watermark=START + watermark * SECOND,
        measures=list(MEASURES.names),
        early=counted(events, LEVELS[0]),
    )


@pytest.fixture
def ticked() -> DimensionScorer:
    """Ten leads of a and of b, all won, and a tick at the end of the first minute."""
    each = scorer(max_values=3, lateness=MINUTE)
    each.offer(pane(0, 0, {"a": (10, 10), "b": (10, 10)}))
    each.offer_watermark(passed(0, 1))
    each.offer_watermark(passed(1, 1))
    assert list(each.ticks())
    return each


def trials(of: DimensionScorer, window: str = "5m") -> dict[str, int | float]:
    """Leads by segment."""
    return {
        score.value: cell.denominator
        for score in of.scores()
        for cell in score.cells
        if (cell.kpi, cell.window) == ("win", window)
    }


def test_each_record_replaces_the_one_before(ticked: DimensionScorer) -> None:
    for said, expected in [
        (early_of(0, 61, 60, a=1), 11),
        (early_of(0, 61, 60, a=3), 13),
        (early_of(1, 75, 60, a=1), 14),
        (early_of(0, 61, 59, a=7), 14),  # from a worker that woke late
        (passed(0, 2), 11),
    ]:
        ticked.offer_watermark(said)
        assert trials(ticked)["a"] == expected


def test_nothing_counts_twice_while_a_newer_pane_waits_for_its_watermark(ticked: DimensionScorer) -> None:
    ticked.offer_watermark(early_of(0, 61, 60, a=3))
    assert trials(ticked)["a"] == 13
    ticked.offer(msgspec.structs.replace(pane(0, 1, {"a": (2, 2)}), watermark=START + 63 * SECOND))
    assert trials(ticked)["a"] == 12
    ticked.offer_watermark(early_of(0, 65, 63, a=1))
    assert trials(ticked)["a"] == 13


def test_a_new_segment_learns_where_there_is_room(ticked: DimensionScorer) -> None:
    ticked.offer_watermark(early_of(0, 61, 60, d=1, c=2, e=4))
    assert trials(ticked) == {"a": 10, "b": 10, "c": 2, "other": 5}
    assert {cell.state for score in ticked.scores() if score.value in "c other" for cell in score.cells} == {"learning"}
    saved = ticked.save()
    assert saved is not None
    assert set(saved.segments) == {"a", "b"}, "to look ahead moves nothing"


def test_an_event_of_a_clock_far_ahead_does_not_move_the_windows(ticked: DimensionScorer) -> None:
    ticked.offer_watermark(early_of(0, 600, 60, a=1))
    assert trials(ticked) == {"a": 10, "b": 10}
    assert {score.to for score in ticked.scores()} == {ticked.tick}


def test_with_nothing_early_all_is_of_the_tick(ticked: DimensionScorer) -> None:
    assert {(score.at, score.to) for score in ticked.scores()} == {(START + MINUTE, START + MINUTE)}


def test_before_anything_is_exact_it_is_shown_already() -> None:
    fresh = scorer()
    for partition in (0, 1):
        give(fresh, partition, [Event(partition, 90, "a")], 0, START + MINUTE)
    assert list(fresh.ticks()) == []
    assert {value: {cell.denominator for cell in cells} for value, cells in figures(fresh).items()} == {"a": {2}}
    assert {cell.state for score in fresh.scores() for cell in score.cells} == {"learning"}
    for partition in (0, 1):
        give(fresh, partition, [Event(partition, 90, "a")], 0, START + 4 * MINUTE)
    assert list(fresh.ticks()) == [[], [], []]
    assert {cell.denominator for cells in figures(fresh).values() for cell in cells} == {2}
