"""The check can fail: a pane doubled, left out, or in another segment is told of, with its place and by how much."""

from __future__ import annotations

from collections import Counter

import msgspec

from streams.messages import PaneSnapshot
from tests.chaos import events, truth
from tests.chaos.check import compare
from tests.chaos.reading import Key, Snapshots
from tests.chaos.truth import Cell

MEASURES = ["clicks", "sessions"]
TRUTH = Counter(
    {
        Cell(0, 10_000, "industry", "pharma", "clicks"): 5,
        Cell(0, 10_000, "industry", "pharma", "sessions"): 2,
        Cell(0, 310_000, "industry", "pharma", "clicks"): 1,
        Cell(1, 10_000, "industry", "food", "clicks"): 7,
    }
)


def pane(partition: int, level: int, start: int, watermark: int = 100, **rows: list[int]) -> PaneSnapshot:
    return PaneSnapshot(
        partition=partition,
        level=level,
        start=start,
        watermark=watermark,
        offsets={"clicks": watermark},
        measures=MEASURES,
        counts={"industry": rows},
    )


def standing(*panes: PaneSnapshot) -> dict[Key, PaneSnapshot]:
    snapshots = Snapshots()
    for each in panes:
        snapshots.put(each, "industry")
    return snapshots.standing()


EXACT = (pane(0, 0, 10_000, pharma=[5, 2]), pane(0, 0, 310_000, pharma=[1, 0]), pane(1, 0, 10_000, food=[7, 0]))


def test_exact() -> None:
    assert compare(TRUTH, standing(*EXACT)).exact
    rolled_up = (pane(0, 1, 0, pharma=[5, 2]), pane(0, 2, 0, pharma=[6, 2]), pane(1, 3, 0, food=[7, 0]))
    assert compare(TRUTH, standing(*rolled_up)).exact


def test_a_doubled_pane() -> None:
    doubled = pane(1, 0, 10_000, 101, food=[14, 0])
    verdict = compare(TRUTH, standing(*EXACT, doubled))
    assert (verdict.lost, verdict.doubled) == (0, 7)
    assert "industry:food clicks +7" in verdict.text
    assert "industry:food clicks in pane 0/10000 of source partition 1: 14 counted, 7 happened" in verdict.text


def test_a_pane_counted_at_two_places() -> None:
    elsewhere = pane(0, 0, 320_000, pharma=[1, 0])
    assert compare(TRUTH, standing(*EXACT, elsewhere))[:2] == (0, 1)


def test_a_lost_pane() -> None:
    verdict = compare(TRUTH, standing(*EXACT[1:]))
    assert (verdict.lost, verdict.doubled) == (7, 0)
    assert "industry:pharma clicks -5, industry:pharma sessions -2" in verdict.text


def test_a_pane_in_the_wrong_segment_and_one_in_the_wrong_place() -> None:
    assert compare(TRUTH, standing(*EXACT[:2], pane(1, 0, 10_000, pharma=[7, 0])))[:2] == (7, 7)
    assert compare(TRUTH, standing(*EXACT[:2], pane(1, 0, 20_000, food=[7, 0])))[:2] == (7, 7)


def test_what_has_seen_less_does_not_stand() -> None:
    stale = pane(1, 0, 10_000, 99, food=[6, 0])
    assert compare(TRUTH, standing(*EXACT, stale)).exact
    finer_and_coarser = (*EXACT, pane(0, 1, 0, 101, pharma=[5, 2]))
    assert compare(TRUTH, standing(*finer_and_coarser)).exact


def test_a_story_is_the_same_again_and_has_what_is_hard() -> None:
    story = events.tell(5)
    assert list(story.spans()) == list(events.tell(5).spans())
    assert list(story.spans()) != list(events.tell(6).spans())
    share = story.twice / len(story.events)
    assert 0.03 < share < 0.07
    assert story.refused
    heard = Counter(arrival[2].value for arrival in story.arrivals)
    assert sum(count - 1 for count in heard.values()) == story.twice
    late = [at - record.timestamp for at, _, record in story.arrivals if at - record.timestamp > events.LATENESS]
    assert any(delay > 2 * events.HOUR for delay in late)
    counts = truth.count(story)
    assert {cell.dimension for cell in counts} == set(truth.DIMENSIONS)
    assert msgspec.toml.decode(truth.CONFIG.encode())["dimensions"].keys() == set(truth.DIMENSIONS)
