"""A file through the whole core, every count worked out by hand; and the data sets' known figures."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from segpulse.cli import cli
from streams.settings import SettingsError
from tests.diagnosis import leads
from tests.tools.conftest import EXAMPLES

OLIST = "olist_marketing_qualified_leads_dataset.csv"
XEDUCATION = "xeducation_leads.csv"

SETTINGS = """
[time]
clock = "event"

[dimensions]
industry = { trait = "industry" }

[scoring]
windows = ["5m", "1h", "7d"]

[alerts]
windows = ["1h"]
"""

LINES = r"""
{"topic": "profiles", "visitor_id": "anna", "traits": {"industry": "pharma"}}
{"event": "created", "event_id": 1, "visitor_id": "old", "timestamp": "1970-01-01T00:00:00Z"}
{"event": "created", "event_id": 2, "visitor_id": "anna", "timestamp": "2026-01-05T10:00:00Z"}
{"event": "created", "event_id": 2, "visitor_id": "anna", "timestamp": "2026-01-05T10:00:00Z"}
{"event": "page_view", "visitor_id": "anna", "timestamp": "2026-01-05T10:00:00Z"}
{"event": "form_fill", "visitor_id": "anna", "timestamp": "2026-01-05T10:20:00Z"}
{"event": "form_fill", "visitor_id": "anna", "timestamp": "2026-01-05T10:21:00Z"}
{"event": "click", "visitor_id": "anna", "timestamp": "2026-01-05T11:00:00Z"}
{"topic": "clicks", "visitor_id": "bert", "timestamp": "2026-01-05T10:30:00Z"}
{"topic": "clicks", "visitor_id": "bert", "timestamp": "2026-01-05T11:00:00Z", "traits": {"industry": "fmcg"}}
not JSON
{"event": "won", "visitor_id": "anna", "timestamp": "2026-01-05T11:30:00Z"}
{"event": "won", "timestamp": "2026-01-05T11:30:00Z"}
{"event": "won", "visitor_id": "anna", "timestamp": "soon"}
{"topic": "nowhere", "visitor_id": "anna", "timestamp": "2026-01-05T11:30:00Z"}
{"topic": "emails", "event": "read", "visitor_id": "anna", "timestamp": "2026-01-05T11:30:00Z"}
{"event": "won", "visitor_id": "anna", "value": "much", "timestamp": "2026-01-05T11:30:00Z"}
{"event": "won", "visitor_id": "anna", "timestamp": "2027-01-05T11:30:00Z"}
"""


def backtest(file: Path, *options: str, config: Path | None = None) -> dict[str, Any]:
    before = ["--config", str(config)] if config else []
    result = CliRunner().invoke(cli, [*before, "backtest", str(file), "--json", *options], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def cell(found: dict[str, Any], segment: str, kpi: str, window: str) -> dict[str, Any]:
    (cell,) = (
        cell
        for score in found["scores"]
        for cell in score["cells"]
        if f"{score['dimension']}:{score['value']}" == segment and (cell["kpi"], cell["window"]) == (kpi, window)
    )
    assert isinstance(cell, dict)
    return cell


@pytest.fixture
def found(tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "segpulse.toml").write_text(SETTINGS)
    (tmp_path / "events.jsonl").write_text(LINES)
    return backtest(tmp_path / "events.jsonl", config=tmp_path / "segpulse.toml")


def test_shape(found: dict[str, Any]) -> None:
    letters = {"dead_letters", "dead_letters_by_reason", "dead_letters_first"}
    assert set(found) == {"events", "duplicates", *letters, "scores", "alerts", "growth"}
    assert found["growth"].keys() == {score["dimension"] for score in found["scores"]}
    assert found["events"] == 8
    assert found["duplicates"] == 1
    assert found["dead_letters"] == 8
    assert found["dead_letters_by_reason"] == {
        "malformed": 1,
        "wrong_type": 1,
        "missing_visitor": 1,
        "bad_timestamp": 2,
        "too_far_ahead": 1,
        "unknown_topic": 1,
        "unknown_event": 1,
    }
    assert found["dead_letters_first"].keys() == found["dead_letters_by_reason"].keys()
    assert found["alerts"] == []
    assert [score["value"] for score in found["scores"]] == ["fmcg", "pharma", "unknown"]
    assert {score["at"] for score in found["scores"]} == {1_767_612_610_000}, "the first tick after 11:30:00"


@pytest.mark.parametrize(
    ("segment", "kpi", "window", "counts"),
    [
        ("industry:pharma", "lead_conversion", "7d", (1, 1)),
        ("industry:pharma", "lead_conversion", "5m", (1, 0)),
        ("industry:pharma", "engagement", "7d", (3, 2)),
        ("industry:pharma", "form_fill_rate", "7d", (1, 2)),
        ("industry:pharma", "engagement", "1h", (1, 1)),
        ("industry:unknown", "engagement", "7d", (1, 1)),
        ("industry:fmcg", "engagement", "7d", (1, 0)),
        ("industry:fmcg", "engagement", "5m", (0, 0)),
    ],
)
def test_counts(found: dict[str, Any], segment: str, kpi: str, window: str, counts: tuple[int, int]) -> None:
    """Anna had two sessions, 39 minutes apart. Bert said who he is in the middle of his only one."""
    figures = cell(found, segment, kpi, window)
    assert (figures["numerator"], figures["denominator"]) == counts
    assert figures["value"] == (counts[0] / counts[1] if counts[1] else None)
    assert figures["state"] == "learning"


def test_for_people(tmp_path: Path) -> None:
    (tmp_path / "segpulse.toml").write_text(SETTINGS)
    (tmp_path / "events.jsonl").write_text(LINES)
    result = CliRunner().invoke(
        cli, ["--config", str(tmp_path / "segpulse.toml"), "backtest", str(tmp_path / "events.jsonl")]
    )
    assert result.exit_code == 0
    assert "1 duplicates" in result.stdout
    said = result.stdout.splitlines()
    assert any(line.startswith("dead letters: 1 malformed, first line 12: not a JSON object: ") for line in said)
    (bad,) = (line for line in said if "bad_timestamp" in line)
    assert bad.startswith("dead letters: 2 bad_timestamp, first ")


@pytest.mark.parametrize(
    ("lines", "why"),
    [("", ""), ("not JSON\n", "; 1 malformed, first line 1: not a JSON object: JSON is malformed: invalid character")],
)
def test_where_nothing_is_counted_it_says_why(tmp_path: Path, lines: str, why: str) -> None:
    (tmp_path / "events.jsonl").write_text(lines)
    with pytest.raises(SettingsError) as raised:
        backtest(tmp_path / "events.jsonl")
    assert f"events.jsonl: there is nothing to score: no event was counted{why}" in str(raised.value)


@cache
def real(file: Path, example: str) -> dict[str, Any]:
    return backtest(file, "--mapping", str(EXAMPLES / f"{example}.toml"))


@pytest.mark.parametrize(
    ("file", "example", "segment", "kpi", "window", "figures", "called"),
    [
        ("hillstrom.csv", "hillstrom", "zip_code:Rural", "visit_rate", "30d", (18.8, 14.0), "over"),
        (OLIST, "olist", "origin:email", "lead_conversion", "600d", (3.0, 11.0), "under"),
        (OLIST, "olist", "origin:social", "lead_conversion", "600d", (5.6, 11.5), "under"),
        (XEDUCATION, "xeducation", "city:Tier II Cities", "lead_conversion", "30d", (33.8, 41.5), None),
    ],
)
def test_known_figures(
    data: Path,
    file: str,
    example: str,
    segment: str,
    kpi: str,
    window: str,
    figures: tuple[float, float],
    called: str | None,
) -> None:
    found = real(data / file, example)
    assert found["dead_letters"] == 0
    shown = cell(found, segment, kpi, window)
    assert (round(100 * shown["value"], 1), round(100 * shown["rest"], 1)) == figures
    dimension, value = segment.split(":")
    alerts = [a for a in found["alerts"] if (a["dimension"], a["value"], a["kpi"]) == (dimension, value, kpi)]
    assert {a["state"] for a in alerts} == ({called} if called else set())
    assert ("level" in {a["kind"] for a in alerts}) == bool(called)
    assert not called or (shown["state"], shown["kind"]) == (called, "level")
    assert {a["reason"] for a in alerts if (a["kind"], a["status"]) == ("shift", "resolved")} <= {
        "it has been so for 28 days, and is its usual now"
    }


def test_money_of_real_orders(data: Path) -> None:
    found = real(data / "hillstrom.csv", "hillstrom")
    orders = pl.read_csv(data / "hillstrom.csv", infer_schema_length=None).filter(pl.col("conversion") == 1)
    for zip_code, spend, count in orders.group_by("zip_code").agg(pl.col("spend").sum(), pl.len()).iter_rows():
        shown = cell(found, f"zip_code:{zip_code}", "average_order_value", "30d")
        assert (shown["numerator"], shown["denominator"]) == (pytest.approx(spend, abs=1e-6), count)
        assert shown["low"] < shown["shrunk"] < shown["high"]
    alerts = [alert["kpi"] for alert in found["alerts"]]
    assert "average_order_value" not in alerts, "orders are worth much the same everywhere"


def test_it_says_why(tmp_path: Path) -> None:
    config, file = leads.write(tmp_path)
    arguments = ["--config", str(config), "backtest", str(file)]
    result = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert (
        "industry:a: Too broad, split it by company_size: Leads won in company_size:small 3% against 30% (index 10); "
        "Leads won in company_size:large 30% against 30% (index 100) (30d)"
    ) in " ".join(result.stdout.split())
