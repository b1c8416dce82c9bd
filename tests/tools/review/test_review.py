"""A file through the whole review: what it counted is known, and what follows is worked out by hand."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from segpulse.cli import cli
from streams.settings import SettingsError
from tests.tools.review.made import DAY, START, event, write


def run(folder: Path, *options: str) -> Result:
    config, file = write(folder)
    return CliRunner().invoke(cli, ["--config", str(config), "review", str(file), *options], catch_exceptions=False)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    result = run(tmp_path_factory.mktemp("review"), "--period", "10d", "--json")
    assert result.exit_code == 0, result.output
    review: dict[str, Any] = json.loads(result.stdout)
    return review


def dimension(found: dict[str, Any], name: str) -> dict[str, Any]:
    (one,) = (each for each in found["dimensions"] if each["name"] == name)
    assert isinstance(one, dict)
    return one


def figure(found: dict[str, Any], name: str, value: str, kpi: str = "bought") -> dict[str, Any]:
    (segment,) = (each for each in dimension(found, name)["segments"] if each["value"] == value)
    (one,) = (each for each in segment["figures"] if each["kpi"] == kpi)
    assert isinstance(one, dict)
    return one


def test_when(found: dict[str, Any]) -> None:
    assert (found["before"], found["start"], found["end"]) == (START, START + 10 * DAY, START + 20 * DAY)
    assert found["due"] - found["date"] == 28 * DAY


@pytest.mark.parametrize(
    ("plan", "hits", "trials", "rest"),
    [("basic", 60, 300, 265 / 500), ("plus", 100, 200, 225 / 600), ("<b>pro</b>", 165, 300, 160 / 500)],
)
def test_counts_of_the_period(found: dict[str, Any], plan: str, hits: int, trials: int, rest: float) -> None:
    one = figure(found, "plan", plan)
    assert (one["numerator"], one["denominator"]) == (hits, trials)
    assert one["rest"] == pytest.approx(rest)
    assert one["extra"] == pytest.approx(hits - trials * rest)
    assert one["low"] < one["value"] < one["high"]


def test_who_made_the_change(found: dict[str, Any]) -> None:
    """Before: 60 of 300, 40 of 200, 55 of 100. Now: 60 of 300, 100 of 200, 165 of 300."""
    (whole,) = (each for each in dimension(found, "plan")["changes"] if each["kpi"] == "bought")
    assert (whole["before"], whole["now"]) == (pytest.approx(155 / 600), pytest.approx(325 / 800))
    assert whole["mix"] + whole["rate"] == pytest.approx(325 / 800 - 155 / 600, abs=1e-12)
    plus = figure(found, "plan", "plus")
    assert plus["rate"] == pytest.approx((200 / 600 + 200 / 800) / 2 * 0.3)
    assert figure(found, "plan", "basic")["rate"] == pytest.approx(0)
    middle = (155 / 600 + 325 / 800) / 2
    assert figure(found, "plan", "<b>pro</b>")["mix"] == pytest.approx((300 / 800 - 100 / 600) * (0.55 - middle))


def test_a_median_is_there_where_it_is_scored(tmp_path: Path) -> None:
    """Of ten leads a day, of `basic` qualified after two days, of `plus` after eight: of eight days in the period."""
    config, file = write(tmp_path)
    told = config.read_text().replace("min_trials", 'kpis = ["bought", "median_time_to_mql"]\nmin_trials')
    config.write_text(told)
    rows = [
        event("leads", f"{plan}-{day}-{number}", at, {"plan": plan}, name)
        for plan, took in (("basic", 2), ("plus", 8))
        for day in range(10)
        for number in range(10)
        for name, at in (("created", START + day * DAY), ("mql", START + (day + took) * DAY))
    ]
    lines = sorted([*file.read_text().splitlines(), *rows], key=lambda line: int(json.loads(line)["timestamp"]))
    file.write_text("\n".join(lines))
    options = ["--config", str(config), "review", str(file), "--period", "10d"]
    result = CliRunner().invoke(cli, [*options, "--json"], catch_exceptions=False)
    one = figure(json.loads(result.stdout), "plan", "plus", "median_time_to_mql")
    assert one["denominator"] == 80
    assert (one["value"], one["rest"]) == (pytest.approx(8, rel=0.2), pytest.approx(2, rel=0.2))
    assert one["low"] < one["value"] < one["high"]
    page = tmp_path / "review.html"
    CliRunner().invoke(cli, [*options, "--out", str(page)], catch_exceptions=False)
    assert "Median time from new to qualified by marketing" in page.read_text("utf-8")


def test_growth(found: dict[str, Any]) -> None:
    plus, pro = figure(found, "plan", "plus"), figure(found, "plan", "<b>pro</b>")
    assert plus["growth"]["value"] == pytest.approx(2.5, rel=0.02)
    assert pro["growth"]["low"] < 1 < pro["growth"]["high"]
    assert pro["volume"]["value"] == pytest.approx(3, rel=0.03)
    assert pro["volume"]["low"] > 1.5


def test_growth_of_what_is_declared(found: dict[str, Any]) -> None:
    """Orders of `plus`: 40 in the ten days before, 100 now; of ten days there is nothing earlier."""
    by_name = {each["growth"]: each for each in dimension(found, "plan")["growth"]}
    assert by_name.keys() == {"orders_growth", "customers_growth"}
    orders = by_name["orders_growth"]
    assert (orders["against"], orders["before"], orders["start"]) == ("before", START, START + 10 * DAY)
    ratio, low, high, now, before = orders["segments"]["plus"]
    assert (now, before) == (100, 40)
    assert ratio == pytest.approx(100.5 / 40.5)
    assert low < ratio < high
    assert by_name["customers_growth"]["segments"]["basic"][0] == 1


def test_growth_against_a_week_earlier_and_a_file_that_does_not_reach_back(tmp_path: Path) -> None:
    """Two days: of those before and a week earlier the file has all. Twenty days: of nothing earlier."""
    review = json.loads(run(tmp_path, "--period", "2d", "--json").stdout)
    orders = {e["against"]: e for e in dimension(review, "plan")["growth"] if e["growth"] == "orders_growth"}
    assert orders.keys() == {"before", "week"}
    assert orders["week"]["before"] == START + 11 * DAY
    assert all(each["segments"]["plus"][0] == 1 for each in orders.values()), "20 orders in any two of these days"
    review = json.loads(run(tmp_path, "--period", "20d", "--json").stdout)
    assert dimension(review, "plan")["growth"] == []


def test_the_review_before_is_named_where_it_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert json.loads(run(tmp_path, "--period", "10d", "--json").stdout)["last"] is None
    monkeypatch.setenv("SEGPULSE_REVIEW_LAST", "2026-01-01")
    assert json.loads(run(tmp_path, "--period", "10d", "--json").stdout)["last"] == START
    said = run(tmp_path, "--period", "10d", "--out", str(tmp_path / "review.html")).stdout
    assert re.search(r"set review\.last = 20\d\d-\d\d-\d\d, and", said)
    assert "(before: 1 January 2026)" in (tmp_path / "review.html").read_text("utf-8")


def test_quality(found: dict[str, Any]) -> None:
    plan, tier = dimension(found, "plan"), dimension(found, "tier")
    assert plan["accuracy"] == 100
    assert {segment["differs_on"] for segment in plan["segments"]} == {"bought"}
    assert sorted(map(sorted, plan["groups"])) == [["<b>pro</b>", "plus"], ["basic"]]
    assert plan["kpis"][0]["cramers_v"] > 0.3
    assert len(tier["segments"]) == 2
    assert plan["kpis"][0]["rank_correlation"] is None, "three segments have no order worth the name"


def test_stability_and_states(found: dict[str, Any]) -> None:
    """Every second customer of `plus` buys now, who are those of tier 1: alone of six segments they changed sides."""
    (kpi,) = dimension(found, "plan_x_tier")["kpis"]
    assert kpi["compared"] == 6
    assert kpi["kept_side"] == pytest.approx(5 / 6)
    assert kpi["rank_correlation"] > 0.5
    assert figure(found, "plan", "basic")["state"] == "under"


def test_why(found: dict[str, Any]) -> None:
    """Of a KPI that no rule knows there is no cause; of what is above par, and gets its share, nothing is said."""
    said = {segment["value"]: segment["diagnosis"] for segment in dimension(found, "plan")["segments"]}
    assert said["basic"]["cause"] == "unclear"
    (figure,) = said["basic"]["evidence"]
    assert (figure["measure"], figure["value"]) == ("bought", pytest.approx(0.2))
    assert figure["high"] < 1
    assert said["<b>pro</b>"] is None


def test_splits(found: dict[str, Any]) -> None:
    (split,) = dimension(found, "plan")["splits"]
    assert (split["value"], split["by"], split["lowest"], split["highest"]) == ("plus", "tier", "2", "1")
    assert split["low"] == 0


def test_a_period_that_is_named(tmp_path: Path) -> None:
    """Ten days of January, of which nothing is known before: what came later has no part in it."""
    result = run(tmp_path, "--period", "10d", "--since", "2026-01-01", "--json")
    review = json.loads(result.stdout)
    assert review["before"] is None
    assert review["end"] == START + 10 * DAY
    assert figure(review, "plan", "plus")["numerator"] == 40
    assert figure(review, "plan", "plus")["growth"] is None
    assert dimension(review, "plan")["changes"] == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--period", "36h"), "--period: whole days, like 30d"),
        (("--period", "0d"), "--period: whole days, like 30d"),
        (("--since", "2026-01-01T12:00:00Z"), "--since: a day (UTC), like 2026-01-31"),
    ],
)
def test_refused(tmp_path: Path, options: tuple[str, ...], message: str) -> None:
    result = run(tmp_path, *options)
    assert result.exit_code == 2
    assert message in result.stderr


def test_nothing_of_that_time(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no segment has cases from 2026-03-01 to 2026-03-30"):
        run(tmp_path, "--since", "2026-03-01")
    with pytest.raises(SettingsError, match="no event was counted before 2025-03-31"):
        run(tmp_path, "--since", "2025-03-01")
