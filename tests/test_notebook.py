"""`segpulse.read_scores()`: what stands in Kafka, row by row, typed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

import polars as pl
import pytest

import segpulse
from consumers.connection import OutageError
from streams.messages import STATES, Cell
from streams.tools.local.servers import LOOPBACK, Server, free_port
from tests.consumers.samples import T0, Scorer, cell, scores
from tests.servers import ROOT

TIME = pl.Datetime("ms", "UTC")


@pytest.fixture(scope="module")
def scorer(embedded_broker: Server) -> Iterator[Scorer]:
    scorer = Scorer(embedded_broker.address)
    yield scorer
    scorer.close()


def test_one_row_for_each_dimension_segment_kpi_and_window(scorer: Scorer) -> None:
    assert segpulse.read_scores(broker=scorer.broker).is_empty()
    nothing: dict[str, Any] = {
        name: None for name in Cell.__struct_fields__ if name not in ("kpi", "window", "start", "end", "state")
    }
    empty = {**nothing, "numerator": 0, "denominator": 0, "since": T0}
    scorer.say(
        scores("2", at=T0 - 10_000),
        scores("2", cells=[cell(window="24h"), cell(), cell("download_rate", state="learning", **empty)]),
        scores("pharma", dimension="industry", cells=[cell(numerator=12.5)]),
        scores("gone"),
    )
    scorer.gone("tier:gone")
    frame = segpulse.read_scores(broker=scorer.broker)
    assert frame.select("dimension", "segment", "kpi", "window").rows() == [
        ("industry", "pharma", "form_fill_rate", "1h"),
        ("tier", "2", "download_rate", "1h"),
        ("tier", "2", "form_fill_rate", "1h"),
        ("tier", "2", "form_fill_rate", "24h"),
    ]
    assert frame.schema["state"] == pl.Enum(STATES)
    assert {name for name, kind in frame.schema.items() if kind == TIME} == {
        "start", "end", "since", "at", "to", "written",
    }  # fmt: skip
    assert {"numerator", "denominator", "value", "needs_days"} <= {
        name for name, kind in frame.schema.items() if kind == pl.Float64
    }
    assert set(frame.columns) == {*Cell.__struct_fields__, "dimension", "segment", "at", "to", "written"}
    first, learning = frame.row(0, named=True), frame.row(1, named=True)
    at = datetime.fromtimestamp(T0 / 1000, timezone.utc)
    assert (first["numerator"], first["index"], first["at"], first["end"]) == (12.5, 120.0, at, at)
    assert (learning["state"], learning["value"], learning["index"], learning["kind"]) == ("learning", None, None, None)


def test_an_empty_frame_has_the_same_columns(scorer: Scorer) -> None:
    full = segpulse.read_scores(broker=scorer.broker)
    for key in ("tier:2", "industry:pharma"):
        scorer.gone(key)
    empty = segpulse.read_scores(broker=scorer.broker)
    assert empty.is_empty()
    assert empty.schema == full.schema


def test_no_broker_is_one_clear_error() -> None:
    address = f"{LOOPBACK}:{free_port()}"
    with pytest.raises(OutageError, match=rf"^kafka: no broker answers at {address}"):
        segpulse.read_scores(broker=address)


def test_without_polars_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(ModuleNotFoundError, match="needs polars: pip install polars"):
        segpulse.read_scores()


def test_there_is_nothing_else() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'write_scores'"):
        segpulse.write_scores  # noqa: B018


def test_the_command_line_does_not_wait_for_it() -> None:
    look = "import sys, segpulse.cli; sys.exit(bool({'kafka', 'polars'} & sys.modules.keys()))"
    subprocess.run([sys.executable, "-c", look], cwd=ROOT, check=True)
