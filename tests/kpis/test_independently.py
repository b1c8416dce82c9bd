"""Every built-in KPI over a day of random events, against polars: other code, and the formulas once more."""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl
import pytest

from streams.events.topics import SOURCES
from streams.kpis.catalogue import BUILT_IN, OF_THE_PAST
from streams.messages import Cell
from tests.kpis.backtested import SETTINGS, Said, cells

EVENTS, VISITORS, START, DAY = 20_000, 250, 1_767_571_200_000, 86_400_000
_RATES = {"EUR": 1.0, "USD": 0.92}
_MONEY = ("orders", "leads", "customers", "spend")

counted = {
    "engagement": (["clicks", "downloads", "form_fills"], ["sessions"]),
    "form_fill_rate": (["with_form_fills"], ["sessions"]),
    "download_rate": (["with_downloads"], ["sessions"]),
    "engaged_session_rate": (["engaged"], ["sessions"]),
    "time_on_site": (["seconds"], ["sessions"]),
    "pages_per_session": (["page_views"], ["sessions"]),
    "clicks_per_session": (["clicks"], ["sessions"]),
    "email_open_rate": (["opened"], ["sent"]),
    "email_click_rate": (["clicked"], ["sent"]),
    "email_click_to_open_rate": (["clicked"], ["opened"]),
    "email_unsubscribe_rate": (["unsubscribed"], ["sent"]),
    "email_bounce_rate": (["bounced"], ["sent"]),
    "social_engagement": (["like", "share", "comment"], ["impression"]),
    "registration_rate": (["registered"], ["invited"]),
    "attendance_rate": (["attended"], ["registered"]),
    "lead_conversion": (["won"], ["created"]),
    "mql_rate": (["mql"], ["created"]),
    "sql_rate": (["sql"], ["mql"]),
    "sql_conversion": (["won"], ["sql"]),
    "win_rate": (["won"], ["won", "lost"]),
    "leads_per_session": (["created"], ["sessions"]),
    "customers_per_lead": (["customer"], ["created"]),
    "revenue_per_session": (["order_value"], ["sessions"]),
    "average_order_value": (["order_value"], ["order_valued"]),
    "average_deal_size": (["won_value"], ["won_valued"]),
    "refund_rate": (["refund"], ["order"]),
    "cost_per_lead": (["spend_value"], ["created"]),
    "cost_per_acquisition": (["spend_value"], ["customer"]),
    "promoter_rate": (["promoters"], ["nps"]),
    "csat": (["satisfied"], ["csat"]),
    "survey_response_rate": (["nps", "csat"], ["survey_sent"]),
    "churn": (["churned"], ["customer"]),
    "orders_per_session": (["order"], ["sessions"]),
}


@cache
def happened() -> list[Said]:
    """Events of all names, of few visitors, so that sessions are of many lengths."""
    random = np.random.default_rng(7)
    kinds = [(topic, name) for topic, source in SOURCES.items() for name in sorted(source.names) or [""]]
    often = np.array([20.0 if topic in SETTINGS.sessions.topics else 1.0 for topic, _ in kinds])
    chosen = random.choice(len(kinds), EVENTS, p=often / often.sum())
    times = np.sort(START + random.integers(0, DAY // 100, EVENTS) * 100)
    out = []
    for time, kind, visitor in zip(times.tolist(), chosen.tolist(), random.integers(0, VISITORS, EVENTS), strict=True):
        topic, event = kinds[kind]
        when = str(np.datetime64(time, "ms")) + "+00:00"
        value: float | None = None
        if event in ("nps", "csat"):
            value = float(random.integers(0, 11) if event == "nps" else random.integers(1, 6))
        elif event != "survey_sent" and random.random() < 0.8:
            value = round(float(random.lognormal(4, 1)), 2)
        currency = str(random.choice(["EUR", "USD"])) if topic in _MONEY else None
        out.append(Said(when, f"v{visitor}", topic, event or None, value, currency))
    return out


@cache
def totals() -> dict[str, float]:
    """What there is to count, by polars."""
    said = pl.DataFrame(
        [{**each._asdict(), "event": each.event or each.topic, "number": i} for i, each in enumerate(happened())],
        infer_schema_length=None,
    ).with_columns(pl.col("timestamp").str.to_datetime("%Y-%m-%dT%H:%M:%S%.3f%z").dt.epoch("ms").alias("time"))
    out: dict[str, float] = dict(said.group_by("event").len().iter_rows())
    out |= {topic: out.get(name, 0) for topic, name in (("clicks", "clicks"), ("downloads", "downloads"))}
    worth = said.filter(pl.col("value").is_not_null()).with_columns(
        (pl.col("value") * pl.col("currency").replace_strict(_RATES, default=1.0)).round(3).alias("worth")
    )
    for event in ("order", "won", "spend"):
        of = worth.filter(pl.col("event") == event)
        out |= {f"{event}_value": float(of["worth"].sum()), f"{event}_valued": of.height}
    answers = said.filter(pl.col("topic") == "feedback")
    for name, event, low, high in (
        ("promoters", "nps", 9, 10),
        ("detractors", "nps", 0, 6),
        ("satisfied", "csat", 4, 5),
    ):
        out[name] = answers.filter((pl.col("event") == event) & pl.col("value").is_between(low, high)).height
    return out | _sessions(said)


def _sessions(said: pl.DataFrame) -> dict[str, float]:
    gap = pl.col("time").diff().over("visitor")
    visits = (
        said.filter(pl.col("topic").is_in(["page_views", "clicks", "form_fills", "downloads"]))
        .sort("visitor", "time")
        .with_columns(gap.alias("since"))
        .with_columns((pl.col("since").is_null() | (pl.col("since") > 30 * 60_000)).alias("opens"))
        .with_columns(pl.col("opens").cum_sum().alias("session"))
    )
    sessions = visits.group_by("session").agg(
        pl.len().alias("events"),
        (pl.col("time").max() - pl.col("time").min()).alias("length"),
        (pl.col("topic") == "form_fills").any().alias("filled"),
        (pl.col("topic") == "downloads").any().alias("loaded"),
    )
    return {
        "sessions": sessions.height,
        "engaged": sessions.filter(pl.col("events") > 1).height,
        "seconds": float(sessions["length"].sum()) / 1000,
        "with_form_fills": int(sessions["filled"].sum()),
        "with_downloads": int(sessions["loaded"].sum()),
    }


@cache
def found() -> dict[tuple[str, str], Cell]:
    return cells(happened())


def test_every_kpi_is_here() -> None:
    assert {*counted, "nps", "romi"} == set(BUILT_IN) - OF_THE_PAST


@pytest.mark.parametrize("kpi", counted)
def test_counted_otherwise_it_is_the_same(kpi: str) -> None:
    above, below = (sum(totals().get(name, 0) for name in side) for side in counted[kpi])
    cell = found()["all", kpi]
    assert min(above, below) > 20, "there is something to compare"
    assert cell.numerator == pytest.approx(above, rel=1e-5)  # polars rounds a half otherwise
    assert cell.denominator == below
    assert cell.value == pytest.approx(above / below, rel=1e-5)


def test_figures_that_take_away() -> None:
    total = totals()
    nps, romi = found()["all", "nps"].value, found()["all", "romi"].value
    assert nps == pytest.approx(100 * (total["promoters"] - total["detractors"]) / total["nps"])
    assert romi == pytest.approx((total["order_value"] - total["spend_value"]) / total["spend_value"], rel=1e-5)
