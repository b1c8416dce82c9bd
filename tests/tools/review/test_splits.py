"""A segment is split where its parts go their own ways, not where they follow what they are crossed with."""

from __future__ import annotations

import numpy as np
import pytest

from streams.quality.homogeneity import Days
from streams.settings import Dimension, Kpi
from streams.tools.review.counted import Counted
from streams.tools.review.model import Split
from streams.tools.review.spans import Spans
from streams.tools.review.splits import Cross, splits

KPI = Kpi(numerator=("orders",), denominator=("customers",), unit="ratio", model="binomial")
DECLARED = {
    "tier": Dimension(trait="tier"),
    "plan": Dimension(trait="plan"),
    "tier_x_plan": Dimension(cross=("tier", "plan")),
}


def crossed(bought: dict[str, int], trials: int = 2_000, few: str = "") -> Cross:
    """Of each part so many of its customers bought; `few`: the part that has ten only."""
    names = sorted(bought)
    n = [10 if name == few else trials for name in names]
    hits = np.array([[[bought[name]] for name in names]])
    days = Days(hits, np.array([[[size] for size in n]]), np.ones(len(names), dtype=np.bool_), np.array([True]))
    return Cross(
        Counted(
            dimension="tier_x_plan",
            names=names,
            named=days.known,
            kpis={"bought": KPI},
            days=days,
            days_before=None,
            totals=hits[0],
            totals_before=None,
            spans=Spans(None, 0, 86_400_000, 0, 1),
        ),
        np.array([1.0]),
    )


def found(cross: Cross, dimension: str = "plan") -> list[Split]:
    return splits(dimension, [cross], DECLARED, 100, 0.1)


FOLLOWS = {"1 × basic": 200, "2 × basic": 400, "1 × plus": 300, "2 × plus": 600}


def test_a_tier_that_is_better_everywhere_splits_no_plan() -> None:
    assert found(crossed(FOLLOWS)) == []
    assert found(crossed(FOLLOWS), "tier") == []


def test_a_plan_that_only_one_tier_buys_is_split_by_tier() -> None:
    parts = {f"{tier} × {plan}": 300 for tier in "12" for plan in ("basic", "pro", "trial")}
    (one,) = found(crossed({**parts, "1 × plus": 600, "2 × plus": 100}))
    assert (one.value, one.by, one.lowest, one.highest) == ("plus", "tier", "2", "1")
    assert (one.low, one.high) == pytest.approx((100 / 350, 600 / 350))
    assert one.spread > 0.5
    assert one.p_value < 1e-6


def test_chance_splits_nothing() -> None:
    """Of 200 boards on which nothing is odd, with 12 segments in 3 tiers, hardly one is split."""
    random = np.random.default_rng(1)
    names = [f"{tier} × {plan}" for tier in "123" for plan in "abcdefghijkl"]
    rate = np.outer([0.1, 0.15, 0.2], np.linspace(0.7, 1.5, 12)).ravel()
    boards = [dict(zip(names, random.binomial(400, rate).tolist(), strict=True)) for _ in range(200)]
    assert sum(bool(splits("plan", [crossed(each, 400)], DECLARED, 100, 0.0)) for each in boards) <= 16


def test_parts_with_too_few_trials_and_the_unknown_do_not_count() -> None:
    odd = {**FOLLOWS, "3 × plus": 10}
    assert found(crossed(odd, few="3 × plus")) == []
    assert found(crossed({"unknown × basic": 900, "2 × basic": 100, "1 × plus": 200, "2 × plus": 200})) == []


def test_no_cross() -> None:
    assert splits("plan", [], DECLARED, 100, 0.1) == []
