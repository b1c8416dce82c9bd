"""The mappings in examples/: the events counted against polars straight from the files."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import cast

import polars as pl
import pytest

from streams import settings
from streams.kpis.catalogue import catalogue
from streams.tools.files import mapping
from streams.tools.files.read import SourceRecord, read
from tests.tools.conftest import EXAMPLES

HILLSTROM = "hillstrom.csv"
XEDUCATION = "xeducation_leads.csv"
OLIST = "olist_marketing_qualified_leads_dataset.csv"
Counts = Counter[tuple[str | None, str]]


@cache
def records(file: Path, example: str) -> tuple[SourceRecord, ...]:
    """What the example makes of its file; all of it can be sent."""
    found = tuple(read(file, mapping.load(EXAMPLES / f"{example}.toml")))
    assert all(isinstance(record, SourceRecord) for record in found)
    return cast("tuple[SourceRecord, ...]", found)


def counted(file: Path, example: str, trait: str) -> Counts:
    """How many events of each name, by the visitor's trait."""
    traits: dict[str | None, dict[str, str]] = {}
    counts: Counts = Counter()
    for record in records(file, example):
        value = json.loads(record.value)
        if record.topic == "profiles":
            traits[record.key] = value["traits"]
        else:
            counts[traits[record.key].get(trait), value["event"]] += 1
    return counts


def by_polars(frame: pl.DataFrame, trait: str, **events: pl.Expr) -> Counts:
    sums = frame.group_by(trait).agg(**events)
    return Counter(
        {(row[trait], name): row[name] for row in sums.iter_rows(named=True) for name in events if row[name]}
    )


def rate(
    counts: Counts, name: str, of: str, segment: str, leave_out: tuple[str | None, ...] = ()
) -> tuple[float, float]:
    """The segment's rate and that of the rest, in per cent."""
    rest = {value for value, _ in counts} - {segment, *leave_out}
    return (
        round(100 * counts[segment, name] / counts[segment, of], 1),
        round(100 * sum(counts[v, name] for v in rest) / sum(counts[v, of] for v in rest), 1),
    )


@pytest.mark.parametrize("trait", ["zip_code", "channel", "history_segment"])
def test_hillstrom(data: Path, trait: str) -> None:
    counts = counted(data / HILLSTROM, "hillstrom", trait)
    frame = pl.read_csv(data / HILLSTROM, infer_schema=False)
    assert counts == by_polars(
        frame,
        trait,
        customer=pl.len(),
        page_view=(pl.col("visit") == "1").sum(),
        order=(pl.col("conversion") == "1").sum(),
    )
    if trait == "zip_code":
        assert rate(counts, "page_view", "customer", "Rural") == (18.8, 14.0)


def test_hillstrom_spend(data: Path) -> None:
    orders = (r for r in records(data / HILLSTROM, "hillstrom") if r.topic == "orders")
    spend = sum(json.loads(order.value)["value"] for order in orders)
    assert spend == pytest.approx(pl.read_csv(data / HILLSTROM, infer_schema_length=None)["spend"].sum())


def test_xeducation(data: Path) -> None:
    counts = counted(data / XEDUCATION, "xeducation", "city")
    frame = pl.read_csv(data / XEDUCATION, infer_schema=False).with_columns(
        pl.col("City").replace({"Select": None, "": None}).alias("city")
    )
    assert counts == by_polars(frame, "city", created=pl.len(), won=(pl.col("Converted") == "1").sum())
    assert counts["Tier II Cities", "created"] == 74
    assert rate(counts, "won", "created", "Tier II Cities", leave_out=(None,)) == (33.8, 41.5)


def test_olist(data: Path) -> None:
    counts = counted(data / OLIST, "olist", "origin")
    deals = pl.read_csv(data / "olist_closed_deals_dataset.csv", infer_schema=False)
    frame = pl.read_csv(data / OLIST, infer_schema=False).join(deals, on="mql_id", how="left")
    frame = frame.with_columns(pl.col("origin").fill_null("unspecified").replace({"unknown": "unspecified"}))
    assert counts == by_polars(frame, "origin", created=pl.len(), won=pl.col("won_date").is_not_null().sum())
    assert rate(counts, "won", "created", "email") == (3.0, 11.0)
    assert rate(counts, "won", "created", "social") == (5.6, 11.5)


@pytest.mark.parametrize(("file", "example"), [(HILLSTROM, "hillstrom"), (XEDUCATION, "xeducation"), (OLIST, "olist")])
def test_the_settings_go_with_the_mapping(data: Path, file: str, example: str) -> None:
    rules = mapping.load(EXAMPLES / f"{example}.toml")
    chosen = settings.load(rules.settings, environ={})
    catalogue(chosen)  # raises where a KPI cannot be counted
    times = [record.timestamp for record in records(data / file, example)]
    assert times == sorted(times)
    assert times[-1] - times[0] < max(chosen.scoring.windows), "no window holds the whole of the file"
    assert {d.trait for d in chosen.dimensions.values() if d.trait} == set(rules.traits)
