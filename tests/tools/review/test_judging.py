"""What the figures come to, in words: each verdict by a dimension made to have it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from streams.tools.review.model import Dimension, Figure, KpiQuality, Review, Segment, Split, Whole
from streams.tools.review.page import judging

GOOD = Segment(
    value="a",
    figures=[],
    accurate=True,
    enough=True,
    different=True,
    alike=True,
    trials=900,
    p_value=1e-6,
    dispersion=1.0,
)
FEW = msgspec.structs.replace(GOOD, accurate=False, enough=False, different=False, trials=40, p_value=None)
LIKE = msgspec.structs.replace(GOOD, accurate=False, different=False, p_value=0.4)
LITTLE = msgspec.structs.replace(LIKE, p_value=0.001)
MIXED = msgspec.structs.replace(GOOD, accurate=False, alike=False, dispersion=5.0)
UNKNOWN = Segment(value="unknown", figures=[])


def dimension(*segments: Segment, **more: Any) -> Dimension:
    told = [segment.accurate for segment in segments if segment.accurate is not None]
    fields: dict[str, Any] = {"groups": [], "kpis": [], "changes": [], "merges": [], "splits": [], "growth": [], **more}
    return Dimension(name="plan", segments=list(segments), accuracy=100 * sum(told) / max(len(told), 1), **fields)


def review(*dimensions: Dimension) -> Review:
    return Review(
        file="f", date=0, last=None, due=0, start=0, end=0, before=None, events=0, min_trials=100, min_effect=0.1,
        kpis=[], dimensions=list(dimensions),
    )  # fmt: skip


def figure(**changed: Any) -> Figure:
    fields: dict[str, Any] = {
        "kpi": "bought", "numerator": 30, "denominator": 100, "value": 0.3, "rest": 0.2, "low": 0.25, "high": 0.35,
        "index": 140.0, "state": None, "extra": 10.0, "growth": None, "volume": None, "mix": None, "rate": None,
    }  # fmt: skip
    return Figure(**{**fields, **changed})


@pytest.mark.parametrize(
    ("segments", "said"),
    [
        ([GOOD, GOOD, UNKNOWN], "Divides people well."),
        ([GOOD, FEW, FEW], "Too few cases in most of its segments to tell."),
        ([LIKE, LIKE, UNKNOWN], "Tells nothing: its segments behave alike."),
        ([LIKE, LITTLE], "Its segments differ, but too little to matter."),
        ([GOOD, LIKE], "Tells something, but not all of its segments are worth having."),
        ([GOOD, MIXED], "Tells something, but not all of its segments are worth having."),
    ],
)
def test_verdict(segments: list[Segment], said: str) -> None:
    assert judging.verdict(dimension(*segments)) == said


@pytest.mark.parametrize(
    ("segment", "said"),
    [
        (GOOD, "enough cases, different, alike within"),
        (FEW, "too few cases: 40, and it takes 100"),
        (LIKE, "behaves like the rest"),
        (LITTLE, "surely different, but too little to matter"),
        (MIXED, "mixed: its days vary more than one group of people would"),
    ],
)
def test_why(segment: Segment, said: str) -> None:
    assert judging.why(segment, review()) == said


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "Too few cases to tell how many groups there are in truth."),
        (1, "1 group in truth; fewer than the usual 3 to 5."),
        (4, "4 groups in truth; 3 to 5 is usual."),
        (6, "6 groups in truth; more than the usual 3 to 5."),
    ],
)
def test_aim(number: int, said: str) -> None:
    assert judging.aim(dimension(groups=[["x"]] * number)) == said


def test_what_no_cross_explains() -> None:
    split = Split(
        value="b", by="tier", kpi="bought", lowest="1", low=0.5, highest="2", high=1.5, spread=0.4, p_value=1e-6
    )
    mixed = [msgspec.structs.replace(MIXED, value=value) for value in "bc"]
    of = dimension(GOOD, *mixed, UNKNOWN, splits=[split])
    assert [each.value for each in judging.unexplained(of)] == ["c"]


def test_who_stands_out() -> None:
    """The interval must leave out the rest, and the index be off by a tenth; what is no segment stands out nowhere."""
    shown = [
        msgspec.structs.replace(GOOD, value="best", figures=[figure(index=160.0)]),
        msgspec.structs.replace(GOOD, value="good", figures=[figure()]),
        msgspec.structs.replace(GOOD, value="unsure", figures=[figure(low=0.1)]),
        msgspec.structs.replace(GOOD, value="small", figures=[figure(index=105.0)]),
        msgspec.structs.replace(GOOD, value="bad", figures=[figure(index=80.0)]),
        msgspec.structs.replace(GOOD, value="no rest", figures=[figure(index=None, rest=None)]),
        msgspec.structs.replace(UNKNOWN, figures=[figure()]),
    ]
    of = dimension(*shown)
    assert [each.segment for each in judging.standouts(of, review(of), good=True)] == ["best", "good"]
    assert [each.segment for each in judging.standouts(of, review(of), good=False)] == ["bad"]


def test_who_moved_the_whole() -> None:
    moves = {"a": (0.01, 0.02), "b": (0.0, -0.05), "c": (0.001, 0.0), "d": (-0.02, 0.0)}
    shown = [Segment(value=name, figures=[figure(mix=mix, rate=rate)]) for name, (mix, rate) in moves.items()]
    whole = Whole(kpi="bought", before=0.2, now=0.161, mix=-0.009, rate=-0.03)
    assert [each.segment for each in judging.movers(dimension(*shown), whole)] == ["b", "a", "d"]


def test_what_a_dimension_tells_about() -> None:
    def kpi(name: str, spread: float, p_value: float) -> KpiQuality:
        return KpiQuality(
            kpi=name, pooled=0.1, spread=spread, real=0.9, icc=None, p_value=p_value, dispersion=1.0, cramers_v=0.1,
            adjusted_mutual_information=0.1, groups=[], rank_correlation=None, kept_side=None, compared=0,
        )  # fmt: skip

    of = dimension(
        kpis=[kpi("some", 0.2, 1e-6), kpi("most", 0.4, 1e-6), kpi("luck", 0.5, 0.03), kpi("little", 0.05, 0)]
    )
    assert [each.kpi for each in judging.tells(of, review(of))] == ["most", "some"]
