"""`segpulse backtest --evaluate`, as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import orjson
import pytest
from click.testing import CliRunner, Result

from segpulse.cli import cli

RULES = {"z-test", "BH", "±2σ band", "CUSUM 25 %", "oracle", "segpulse"}


def evaluate(*options: str) -> Result:
    return CliRunner().invoke(cli, ["backtest", "--evaluate", *options])


def test_standard_cells(tmp_path: Path) -> None:
    result = evaluate("--runs", "2", "--only", "step/+50", "--json", "--out", str(tmp_path / "plots"))
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["seeds"] == "development"
    (row,) = found["rows"]
    assert (row["cell"], row["runs"], row["learning"], row["looks"]) == ("step/+50", 2, 28, 24)
    assert row["bound"]["days"] == pytest.approx(16.4, abs=0.1)
    assert set(row["rules"]) == RULES
    assert row["rules"]["segpulse"]["delays"]["share"] == 1
    assert "real traffic left out: nab and olist" in result.stderr
    assert (tmp_path / "plots" / "delay.svg").read_text("utf-8").startswith("<svg")
    assert not (tmp_path / "plots" / "false_alarms.svg").exists(), "there is no cell in which nothing happens"


def events(file: Path, days: int) -> None:
    """Leads of two industries, a dozen a day each; every third is won an hour later."""
    rng = np.random.default_rng(1)
    lines = []
    for number in range(days * 24):
        for industry in ("pharma", "fmcg"):
            visitor, at = f"{industry}{number}", 1_767_571_200_000 + number * 3_600_000
            lead = {"event": "created", "visitor_id": visitor, "timestamp": at, "traits": {"industry": industry}}
            lines.append(lead)
            if rng.random() < 1 / 3:
                lines.append({"event": "won", "visitor_id": visitor, "timestamp": at + 1_800_000})
    lines.sort(key=lambda line: int(str(line["timestamp"])))
    file.write_bytes(b"\n".join(map(orjson.dumps, lines)))


def test_own_board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGPULSE_TIME_CLOCK", "event")
    events(tmp_path / "leads.jsonl", 15)
    result = evaluate(str(tmp_path / "leads.jsonl"), "--runs", "2", "--only", "own/null,own/+50")
    assert result.exit_code == 0, result.output
    assert "leads.jsonl: lead_conversion by industry, 2 segments, 15 days, 48.0 trials and" in result.stderr
    assert "own/null" in result.stdout
    assert "own/+50" in result.stdout
    assert "2 cells of 2 runs, development seeds" in result.stdout
    pharma = next(line for line in result.stdout.splitlines() if "pharma" in line)
    assert "24.0" in pharma, "trials a day"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--dimension", "colour"], "--dimension colour: the file has"),
        (["--kpi", "luck"], "--kpi luck: the file has"),
        (["--dimension", "industry", "--kpi", "form_fill_rate"], "no dimension with conversions"),
    ],
)
def test_a_board_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], says: str
) -> None:
    monkeypatch.setenv("SEGPULSE_TIME_CLOCK", "event")
    events(tmp_path / "leads.jsonl", 15)
    result = evaluate(str(tmp_path / "leads.jsonl"), *options)
    assert says in str(result.exception)


def test_too_few_days(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGPULSE_TIME_CLOCK", "event")
    events(tmp_path / "leads.jsonl", 3)
    result = evaluate(str(tmp_path / "leads.jsonl"))
    assert "3 days of events; --evaluate needs 14 at least" in str(result.exception)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["backtest"], "name the FILE to score (only --evaluate goes without)"),
        (["backtest", __file__, "--runs", "3"], "--runs goes with --evaluate"),
        (["backtest", "--evaluate", "--kpi", "engagement"], "there is none"),
        (["backtest", "--evaluate", "--only", "nul"], "--only: there are no cells nul; kinds are null, step"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: list[str], says: str) -> None:
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 2
    assert says in result.output
