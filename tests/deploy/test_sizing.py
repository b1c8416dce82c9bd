"""docs/sizing.md: its arithmetic comes out, and what it begins with is what was measured."""

from __future__ import annotations

import math
import re

import pytest
import yaml

from consumers.prometheus import FIGURES
from streams.settings import Settings
from tests.documents import SIZING, table
from tests.servers import ROOT

PERFORMANCE = (ROOT / "docs" / "performance.md").read_text("utf-8")
MOST = 213_000  # events/s of one worker
CPU = 4.75e-6  # s an event
ID = 44  # bytes
CELLS = 300 * 35 * 4
SETTINGS = Settings()
HORIZON = (max(SETTINGS.dedupe.horizon, SETTINGS.sessions.gap) + SETTINGS.time.lateness) / 1000  # s
REMEMBERED = 1.125 * SETTINGS.dedupe.horizon / 1000  # s


def number(text: str) -> float:
    found = re.search(r"[\d,]+(?:\.\d+)?", text)
    assert found is not None, text
    return float(found[0].replace(",", ""))


def test_it_begins_with_what_was_measured() -> None:
    assert f"| segpulse, one worker | {MOST:,} | {CPU * 1e6:.2f} |" in PERFORMANCE
    assert f"C = {MOST:,} events/s" in SIZING
    assert f"**H = {HORIZON / 60:.0f} minutes**" in SIZING
    assert f"{REMEMBERED:,.0f} s × {ID} bytes" in SIZING


@pytest.mark.parametrize("row", table(SIZING, "events/s"), ids=lambda row: row[0])
def test_workers(row: list[str]) -> None:
    rate, workers, partitions, cores, memory = map(number, row)
    assert workers == math.ceil(rate / 20_000) + 1
    assert partitions >= 2 * workers
    assert cores == pytest.approx(rate * CPU, abs=0.051)
    share = rate / (workers - 1)  # when one is gone
    assert memory == pytest.approx(0.3 + share * REMEMBERED * ID / 1e9, abs=0.06)


@pytest.mark.parametrize("row", table(SIZING, "events/s for one worker"), ids=lambda row: row[0])
def test_how_long_a_worker_takes_to_be_back(row: list[str]) -> None:
    rate, seconds = map(number, row)
    assert seconds == pytest.approx(rate * HORIZON / (MOST - rate), abs=1)


@pytest.mark.parametrize("row", table(SIZING, "Where")[:5], ids=lambda row: row[0])
def test_cells(row: list[str]) -> None:
    units = {"kB": 1e3, "MB": 1e6, "GB": 1e9, "ms": 1e-3, "s": 1.0, "": 1.0}
    each, all_of_them = (number(text) * units[re.sub(r"[^a-zA-Z].*", "", text.partition(" ")[2])] for text in row[1:])
    assert all_of_them == pytest.approx(each * CELLS, rel=0.02)


def test_series_of_a_cell() -> None:
    assert f"| Prometheus: series | {len(FIGURES) + 1} | {(len(FIGURES) + 1) * CELLS:,} |" in SIZING


def test_disk_of_a_day() -> None:
    assert f"{10_000 * 86_400 * 127 * 3 / 1e9:.0f} GB" in SIZING


def test_the_pods_ask_for_what_is_said() -> None:
    *_, worker = yaml.safe_load_all((ROOT / "deploy" / "kubernetes" / "worker.yaml").read_text("utf-8"))
    resources = worker["spec"]["template"]["spec"]["containers"][0]["resources"]
    assert (resources["requests"]["memory"], resources["limits"]["memory"]) == ("1Gi", "2Gi")
    assert "asks for 1 GB\nand allows 2 GB, which is for 15,000 events/s" in SIZING
    assert 0.3e9 + 15_000 * REMEMBERED * ID < 2 * 2**30
