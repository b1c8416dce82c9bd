"""What needs a visitor's past, over two months of simulated orders and leads, against polars."""

from __future__ import annotations

from functools import cache

import msgspec
import numpy as np
import orjson
import polars as pl
import pytest

from streams.messages import Cell
from streams.settings import Scoring, Settings, Span
from streams.tools.simulate.audience import make_audience
from streams.tools.simulate.story import Story
from streams.tools.simulate.traffic import Traffic
from tests.kpis.backtested import SETTINGS, Said, cells

START, DAY, DAYS = 1_767_571_200_000, 86_400_000, 60
STAGES = {"mql": "created", "sql": "mql", "won": "sql"}
CHOSEN: Settings = msgspec.structs.replace(
    SETTINGS,
    time=msgspec.structs.replace(SETTINGS.time, tick=Span(DAY)),
    scoring=Scoring(windows=(Span(30 * DAY),), kpis=SETTINGS.scoring.kpis),
    alerts=msgspec.structs.replace(SETTINGS.alerts, windows=(Span(30 * DAY),)),
)


@cache
def happened() -> pl.DataFrame:
    audience = make_audience(3, 1_000)
    records = Traffic(3, audience, Story([], audience), 0.06, START).records(START + DAYS * DAY)
    said = [{**orjson.loads(each.value), "topic": each.topic} for each in records if each.topic in ("orders", "leads")]
    return pl.DataFrame(said, infer_schema_length=None).rename({"timestamp": "time", "visitor_id": "visitor"})


@cache
def found() -> dict[str, Cell]:
    """By KPI, of the last thirty days."""
    when = pl.from_epoch("time", "ms").dt.strftime("%Y-%m-%dT%H:%M:%S%.3f+00:00")
    rows = happened().sort("time").select(when, "visitor", "topic", "event", "value", pl.lit(None), "content").rows()
    return {kpi: cell for (_, kpi), cell in cells([Said(*row) for row in rows], chosen=CHOSEN).items()}


def lately(frame: pl.DataFrame, kpi: str) -> pl.DataFrame:
    return frame.filter(pl.col("time").is_between(found()[kpi].start, found()[kpi].end, closed="left"))


@cache
def buyers() -> pl.DataFrame:
    """The first order of each day of everybody, what the last before was worth, and whether it is of something new."""
    orders = happened().filter(pl.col("topic") == "orders").sort("time")
    return orders.with_columns(
        (pl.col("time") // DAY).alias("day"),
        pl.col("value").shift().over("visitor").alias("last"),
        pl.col("time").cum_count().over("visitor", "content").eq(1).alias("new"),
    ).filter(pl.col("day") != pl.col("day").shift().over("visitor").fill_null(-1))


@cache
def took(stage: str) -> pl.DataFrame:
    """How long (s) leads that reached the stage had been in the one before."""
    leads = happened().filter(pl.col("topic") == "leads").sort("time").select("time", "visitor", "event")
    before = leads.filter(pl.col("event") == STAGES[stage]).with_columns(pl.col("time").alias("since"))
    both = leads.filter(pl.col("event") == stage).join_asof(
        before, on="time", by="visitor", allow_exact_matches=False, check_sortedness=False
    )
    timed = both.filter(pl.col("since").is_not_null())
    return timed.with_columns((pl.col("time") // 1_000 - pl.col("since") // 1_000).alias("seconds"))


@pytest.mark.parametrize("kpi", ["repeat_purchase", "cross_sell_rate", "up_sell_rate"])
def test_buyers(kpi: str) -> None:
    first = lately(buyers(), kpi)
    returning = first.filter(pl.col("last").is_not_null())
    hits, trials = {
        "repeat_purchase": (returning, first),
        "cross_sell_rate": (returning.filter("new"), returning),
        "up_sell_rate": (returning.filter(pl.col("value") > pl.col("last")), returning),
    }[kpi]
    assert 50 < hits.height < trials.height, "there is something to compare"
    assert (found()[kpi].numerator, found()[kpi].denominator) == (hits.height, trials.height)


@pytest.mark.parametrize("stage", STAGES)
def test_time_in_a_stage(stage: str) -> None:
    kpi = f"time_to_{stage.replace('won', 'win')}"
    times = lately(took(stage), kpi)["seconds"].to_numpy()
    assert len(times) > 30, "there is something to compare"
    mean, median = found()[kpi], found()[f"median_{kpi}"]
    assert mean.denominator == median.denominator == len(times)
    assert mean.numerator == times.sum()
    assert median.value is not None
    value, low, high = ((figure or 0.0) * 86_400 for figure in (median.value, median.low, median.high))
    below = float(np.sort(times)[(len(times) - 1) // 2])
    assert below / 2**0.5 <= value <= below * 2**0.5, "no further off than a bin is wide"
    assert value == pytest.approx(float(np.median(times)), rel=0.15), "and mostly much nearer"
    assert low < np.median(times) < high
    assert median.numerator == pytest.approx(value * len(times), rel=1e-6)
