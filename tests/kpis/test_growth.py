"""Growth by hand and against polars; where the earlier period is not held, there is none."""

from __future__ import annotations

from functools import cache

import msgspec
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.kpis.catalogue import BUILT_IN, catalogue
from streams.kpis.growth import GROWTHS, counted
from streams.kpis.measures import Measures
from streams.messages import Against, DimensionGrowth, Grown
from streams.settings import Growth, Scoring, Settings, Span
from tests.kpis.backtested import SETTINGS, Said, run

START, HOUR, DAY = 1_767_225_600_000, 3_600_000, 86_400_000  # 2026-01-01, a Thursday
Key = tuple[str, str, str]  # growth, window, against


def chosen(windows: str, *hold: Against) -> Settings:
    spans = tuple(map(Span.parse, windows.split()))
    return msgspec.structs.replace(
        SETTINGS,
        time=msgspec.structs.replace(SETTINGS.time, tick=Span.parse("6h")),
        scoring=Scoring(windows=spans),
        alerts=msgspec.structs.replace(SETTINGS.alerts, windows=spans[:1]),
        growth=Growth(hold=hold),
    )


def at(time: int) -> str:
    return str(np.datetime64(time, "ms")) + "+00:00"


def order(time: int, value: float) -> Said:
    return Said(at(time), "v", "orders", "order", value, "EUR")


def visit(time: int) -> Said:
    return Said(at(time), "v", "page_views")


def found(happened: list[Said], using: Settings) -> dict[Key, DimensionGrowth]:
    growth = run(happened, chosen=using).growth["team"]
    return {(each.growth, each.window, each.against): each for each in growth}


def a_year(of_day: dict[int, float]) -> list[Said]:
    """An order a day and a visit: 100 EUR at noon, but as `of_day` says; up to day 400, which begins."""
    days = [each for day in range(400) for each in (visit(START + day * DAY), order(START + day * DAY + DAY // 2,
            of_day.get(day, 100.0)))]  # fmt: skip
    return [*days, visit(START + 400 * DAY + 90 * 60_000)]


@cache
def year() -> dict[Key, DimensionGrowth]:
    """Yesterday 250, the day before 200, the same weekday of the week before 50, and 52 weeks before 500."""
    return found(a_year({399: 250.0, 398: 200.0, 392: 50.0, 399 - 364: 500.0}), chosen("24h 7d", "week", "year"))


@pytest.mark.parametrize(
    ("against", "ratio", "before"),
    # Half a hit is half of the mean order of both windows.
    [("before", (250 + 112.5) / (200 + 112.5), 200.0), ("week", (250 + 75) / (50 + 75), 50.0)],
)
def test_a_day_by_hand(against: str, ratio: float, before: float) -> None:
    each = year()["sales_growth", "24h", against]
    assert each.end == START + 400 * DAY + 6 * HOUR, "whole hours, at the last tick"
    assert each.start == each.end - DAY
    assert each.before == each.start - (DAY if against == "before" else 7 * DAY)
    said = each.segments["all"]
    assert (said.now, said.before) == (250.0, before)
    assert said.ratio == pytest.approx(ratio)
    assert said.low < said.ratio < said.high


def test_a_year_by_hand() -> None:
    day, week = (year()["sales_growth", window, "year"] for window in ("24h", "7d"))
    assert day.end == week.end == START + 400 * DAY, "whole days"
    assert (day.before - START) // DAY == 399 - 364
    assert (day.segments["all"].now, day.segments["all"].before) == (250.0, 500.0)
    # Seven days to yesterday: 250 + 200 + 5 × 100; a year before 500 + 6 × 100.
    assert (week.segments["all"].now, week.segments["all"].before) == (950.0, 1_100.0)
    mean = (950 + 1_100) / 14
    assert week.segments["all"].ratio == pytest.approx((950 / mean + 0.5) / (1_100 / mean + 0.5))
    orders = year()["orders_growth", "7d", "year"].segments["all"]
    assert orders.ratio == 1.0
    assert (orders.now, orders.before) == (7, 7)


def test_where_it_is_not_held_it_is_not_there() -> None:
    assert {key[1:] for key in year()} == {
        *(("24h", against) for against in ("before", "week", "year")),
        *(("7d", against) for against in ("before", "year")),  # the week before is a week earlier
    }
    happened = a_year({})
    assert {key[1:] for key in found(happened[:200], chosen("24h 7d"))} == {("24h", "before")}
    assert {key[1:] for key in found(happened[:26], chosen("24h 7d", "week", "year"))} == {
        ("24h", "before"),
        ("24h", "week"),
    }, "of 13 days"
    assert found(happened[:3], chosen("24h 7d", "week")) == {}, "nobody knows what was before the first event"


def test_nothing_in_both_is_no_growth_and_something_after_nothing_is() -> None:
    happened = [*(visit(START + hour * HOUR) for hour in range(60)), order(START + 59 * HOUR, 10.0)]
    said = found([*happened, visit(START + 61 * HOUR)], chosen("24h 7d"))
    assert ("leads_growth", "24h", "before") not in said
    assert said["orders_growth", "24h", "before"].segments["all"].before == 0
    assert said["orders_growth", "24h", "before"].segments["all"].ratio == pytest.approx(1.5 / 0.5)


@cache
def simulated() -> list[Said]:
    """16 days: visits and orders of any size, more and more of them."""
    random = np.random.default_rng(3)
    times = np.sort(START + (16 * DAY * np.sqrt(random.random(6_000))).astype(np.int64))
    worth = np.round(random.lognormal(4, 1, 6_000), 2)
    return [order(t, v) if n % 3 else visit(t) for n, (t, v) in enumerate(zip(times.tolist(), worth, strict=True))]


def test_by_polars_it_is_the_same() -> None:
    said = pl.DataFrame([each._asdict() for each in simulated()], infer_schema_length=None).with_columns(
        pl.col("timestamp").str.to_datetime("%Y-%m-%dT%H:%M:%S%.3f%z").dt.epoch("ms").alias("time")
    )
    orders = said.filter(pl.col("event") == "order")
    growth = found(simulated(), chosen("6h 24h 7d", "week"))
    assert {key[1:] for key in growth if key[0] == "sales_growth"} == {
        *((window, against) for window in ("6h", "24h") for against in ("before", "week")),
        ("7d", "before"),
    }
    for (name, _, _), each in growth.items():
        if name not in ("sales_growth", "orders_growth"):
            continue
        length = each.end - each.start
        periods = [orders.filter(pl.col("time").is_between(start, start + length, closed="left"))
                   for start in (each.before, each.start)]  # fmt: skip
        mean = pl.concat(periods)["value"].mean() if name == "sales_growth" else 1
        before, now = (p["value"].sum() if name == "sales_growth" else p.height for p in periods)
        assert isinstance(mean, float | int)
        assert isinstance(now, float | int)
        assert isinstance(before, float | int)
        (told,) = each.segments.values()
        assert (told.now, told.before) == pytest.approx((now, before))
        assert told.ratio == pytest.approx((now / mean + 0.5) / (before / mean + 0.5))


def test_an_interval_of_sales_is_as_wide_as_orders_are_uneven() -> None:
    growth = found(simulated(), chosen("24h 7d", "week"))
    sales, orders = (growth[name, "7d", "before"].segments["all"] for name in ("sales_growth", "orders_growth"))

    def width(of: Grown) -> float:
        return float(np.log(of.high / of.low))

    assert width(sales) > width(orders)


@settings(max_examples=10, deadline=None)
@given(st.randoms(use_true_random=False))
def test_any_order_of_arrival_is_the_same(random: object) -> None:
    """Within the lateness: minutes shuffled."""
    some = simulated()[::10]
    using = chosen("24h 7d", "week")
    shuffled = sorted(some, key=lambda said: (said.timestamp[:16], random.random()))  # type: ignore[attr-defined]
    assert found(shuffled, using) == found(some, using)


def test_of_what_is_not_counted_there_is_none() -> None:
    assert set(counted(Measures(BUILT_IN.values()))) == set(GROWTHS)
    few = catalogue(msgspec.structs.replace(SETTINGS, scoring=Scoring(kpis=("romi", "engagement"))))
    assert set(counted(Measures(few.values()))) == {"sessions_growth"}, (
        "of romi alone nobody knows what an order is worth"
    )
