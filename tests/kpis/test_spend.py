"""What is spent needs no visitor: it counts where it says, and is shared out by sessions where it does not."""

from __future__ import annotations

import json

import msgspec

from streams.settings import Dimension
from streams.tools.backtest import Backtest
from streams.tools.files.read import SourceRecord
from tests.kpis.backtested import SETTINGS

AT = 1_767_607_200_000  # 2026-01-05T10:00:00Z
CHOSEN = msgspec.structs.replace(
    SETTINGS, dimensions={"team": Dimension(trait="team"), "campaign": Dimension(field="campaign")}
)


def record(topic: str, second: int, **fields: object) -> SourceRecord:
    time = AT + 1000 * second
    return SourceRecord(topic, None, json.dumps({"timestamp": time, **fields}).encode(), time)


def costs(*records: SourceRecord) -> dict[tuple[str, str], tuple[float, float]]:
    """Numerator and denominator of cost_per_lead, by dimension and value."""
    result = Backtest(CHOSEN).run(records)
    assert not result.dead_letters
    return {
        (score.dimension, score.value): (cell.numerator, cell.denominator)
        for score in result.scores
        for cell in score.cells
        if cell.kpi == "cost_per_lead"
    }


VISITS = [
    record("page_views", 0, visitor_id="anna", traits={"team": "a"}, campaign="x"),
    record("page_views", 1, visitor_id="bert", traits={"team": "a"}, campaign="y"),
    record("page_views", 2, visitor_id="cleo", traits={"team": "b"}, campaign="y"),
    record("leads", 3, visitor_id="anna", campaign="x"),
    record("leads", 4, visitor_id="cleo", campaign="y"),
]


def test_it_counts_where_it_says_and_the_rest_is_shared_out_by_sessions() -> None:
    found = costs(
        *VISITS,
        record("spend", 5, value=90, traits={"team": "a"}, campaign="x"),
        record("spend", 6, value=60, campaign="y"),
    )
    assert found == {
        ("team", "a"): (90 + 40, 1),  # two of three sessions, so 40 of the 60 that name no team
        ("team", "b"): (20, 1),
        ("team", "unknown"): (0, 0),
        ("campaign", "x"): (90, 1),
        ("campaign", "y"): (60, 1),
    }


def test_it_says_nothing_of_what_is_spent_next_nor_of_anybody() -> None:
    found = costs(
        record("spend", 0, value=10, traits={"team": "a"}),
        record("spend", 1, value=5, traits={"team": "b", "mood": "good"}),
        record("spend", 2, value=1),
        record("page_views", 3, visitor_id="anna"),
        record("leads", 4, visitor_id="anna"),
    )
    assert {segment: spent for segment, (spent, _) in found.items()} == {
        **{("team", "a"): 10, ("team", "b"): 5, ("team", "unknown"): 1},
        ("campaign", "unknown"): 16,
    }


def test_though_it_comes_late() -> None:
    """Advertising networks say in the evening what was spent in the morning."""
    day = [record("page_views", 60 * minute, visitor_id="anna", traits={"team": "a"}) for minute in range(0, 100, 10)]
    found = costs(
        *day,
        record("spend", 6_000, value=10, traits={"team": "b"}),
        record("spend", 0, value=7, traits={"team": "a"}, event_id=1),
        record("spend", 0, value=7, traits={"team": "a"}, event_id=1),
        record("leads", 6_001, visitor_id="anna"),
    )
    assert [found["team", team] for team in ("a", "b")] == [(7, 1), (10, 0)]
