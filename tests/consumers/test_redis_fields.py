from __future__ import annotations

import json
from typing import Any

import pytest

from consumers.redis.fields import fields, texts
from consumers.states import worst
from streams.messages import Cell, State
from tests.consumers.samples import T0, cell, scores, too_broad


def figures(**changes: Any) -> dict[str, Any]:
    """The figures of one cell, as a reader has them."""
    out = fields(scores(cells=[cell(**changes)]), written=T0)
    found: dict[str, Any] = json.loads(str(out["form_fill_rate:1h:figures"]))
    return found


def test_what_is_known_of_a_segment() -> None:
    out = fields(scores(), written=T0 + 5)
    assert out.pop("form_fill_rate:1h:figures")
    assert out == {
        "dimension": "tier",
        "segment": "2",
        "state": "over",
        "at": T0,
        "to": T0 + 70_000,
        "updated_at": T0 + 5,
        "version": 2,
        "form_fill_rate:1h": 0.132,
        "form_fill_rate:1h:index": 120.0,
        "form_fill_rate:1h:state": "over",
    }


def test_the_other_figures_of_a_cell_are_json() -> None:
    assert figures() == {
        "kind": "shift",
        "since": T0 - 60_000,
        "shrunk": 0.1305,
        "low": 0.121,
        "high": 0.141,
        "rest": 0.11,
        "probability_better": 0.999,
        "numerator": 66,
        "denominator": 500,
        "start": T0 - 3_600_000,
        "end": T0,
    }


def test_every_figure_of_a_cell_is_told() -> None:
    """One that is new on Kafka is not forgotten here."""
    alone = {"kpi", "window", "value", "index", "state"}
    assert figures(needs_days=41.5).keys() | alone == set(Cell.__struct_fields__)


def test_a_figure_that_cannot_be_had_is_left_out() -> None:
    out = fields(scores(cells=[cell(value=None, index=None, state="learning")]), written=T0)
    assert "form_fill_rate:1h" not in out
    assert "form_fill_rate:1h:index" not in out
    assert out["form_fill_rate:1h:state"] == out["state"] == "learning"
    assert "low" not in figures(low=None)


def test_why_a_segment_is_off_par() -> None:
    out = fields(scores(diagnosis=too_broad()), written=T0)
    assert (out["cause"], out["split_by"], out["evidence_window"]) == ("too broad", "industry", "7d")
    assert out["why"] == "Too broad, split it by industry: …"
    (figure,) = json.loads(str(out["evidence"]))
    assert figure == {
        "measure": "form_fill_rate in industry:pharma",
        "value": 0.05,
        "rest": 0.11,
        "lift": 0.46,
        "low": 0.38,
        "high": 0.55,
    }
    assert "cause" not in fields(scores(), written=T0)


@pytest.mark.parametrize(
    ("states", "whole"),
    [
        ([], "learning"),
        (["learning", "par"], "par"),
        (["par", "watch"], "watch"),
        (["watch", "over"], "over"),
        (["over", "under"], "under"),
        (["under", "silent", "over"], "silent"),
    ],
)
def test_the_worst_cell_names_the_segment(states: list[State], whole: State) -> None:
    assert worst(states) == whole


def test_texts_lose_no_digit() -> None:
    values: list[str | int | float] = ["par", 0.1 + 0.2, 3, "a, b", 1e-300, 1.5e300, -(2**53), 0.0]
    told = texts(values)
    assert [told[0], told[2], told[3]] == ["par", "3", "a, b"]
    assert [float(text) for text in (*told[1:3], *told[4:])] == [0.1 + 0.2, 3, 1e-300, 1.5e300, -(2**53), 0.0]
    assert texts([]) == []
