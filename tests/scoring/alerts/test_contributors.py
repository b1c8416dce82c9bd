"""Which sub-segments an alert comes from."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from streams.messages import Cell, SegmentScores
from streams.scoring.alerts.contributors import MOST, contributions
from tests.scoring.alerts.test_grouping import CHILD, DIMENSIONS, PARENT


def scored(value: str, numerator: int, denominator: int, dimension: str = "both", kpi: str = "win") -> SegmentScores:
    """Of one cell, over the window of the alerts."""
    figures = dict.fromkeys(("value", "rest", "shrunk", "low", "high", "index", "probability_better"))
    counts = {"numerator": numerator, "denominator": denominator}
    cell = Cell(kpi=kpi, window="1h", start=0, end=1, state="par", since=0, **counts, **figures)  # type: ignore[arg-type]
    return SegmentScores(dimension=dimension, value=value, at=1, to=1, cells=[cell])


def test_by_hand() -> None:
    """The rest's rate is 0.4: of 100 trials 40 conversions were due."""
    segments = [
        scored("2 × pharma", 10, 100),  # 30 fewer
        scored("3 × pharma", 35, 100),  # 5 fewer
        scored("4 × pharma", 90, 100),  # more: it is not where the fewer come from
        scored("2 × FMCG", 0, 100),  # of another segment
        scored("pharma", 45, 200, "industry"),  # the segment itself
        scored("1 × pharma", 0, 100, kpi="clicks"),
    ]
    assert [(c.value, c.conversions) for c in contributions(PARENT, segments, DIMENSIONS)] == [
        ("2 × pharma", -30.0),
        ("3 × pharma", -5.0),
    ]
    assert not contributions(CHILD, segments, DIMENSIONS), "nothing lies within it"


def test_a_shift_is_against_what_was_usual_for_it() -> None:
    """0.44 against 0.4 of the rest, but 0.55 was usual; and the KPI is shown in other units than it is counted in."""
    fell = msgspec.structs.replace(
        PARENT, kind="shift", numerator=44, denominator=100, actual=44_000.0, rest=40_000.0, change=-0.2
    )
    found = contributions(fell, [scored("2 × pharma", 20, 50), scored("3 × pharma", 30, 50)], DIMENSIONS)
    assert [(c.value, round(c.conversions, 6)) for c in found] == [("2 × pharma", -7.5)]


def test_where_nothing_is_left_of_the_usual_it_is_against_the_rest() -> None:
    """What has fallen silent may still have hits in its window, of before."""
    silent = msgspec.structs.replace(PARENT, kind="silent", numerator=10, denominator=100, rest=0.4, change=-1.0)
    found = contributions(silent, [scored("2 × pharma", 4, 50), scored("3 × pharma", 30, 50)], DIMENSIONS)
    assert [(c.value, round(c.conversions, 6)) for c in found] == [("2 × pharma", -16.0)]


counts = st.tuples(st.integers(0, 50), st.integers(0, 50))


@given(st.lists(counts, max_size=8))
def test_never_more_than_a_few_never_against_the_direction_and_the_largest_first(each: list[tuple[int, int]]) -> None:
    segments = [scored(f"{i} × pharma", won, won + lost) for i, (won, lost) in enumerate(each)]
    found = contributions(PARENT, segments, DIMENSIONS)
    amounts = [c.conversions for c in found]
    assert amounts == sorted(amounts)
    assert len(found) <= MOST
    assert all(amount < 0 for amount in amounts)
    assert contributions(PARENT, list(reversed(segments)), DIMENSIONS) == found
