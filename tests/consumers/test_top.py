from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys

import msgspec
import pytest
from click.testing import CliRunner
from rich.console import Console

from consumers.states import WORST_FIRST
from consumers.top.rows import SORTS, Row, rows, usual_window
from consumers.top.table import table
from segpulse.cli import cli
from streams.kpis.catalogue import BUILT_IN
from streams.messages import Cell, State
from streams.tools.local.servers import LOOPBACK, free_port
from tests.consumers.samples import T0, Scorer, cell, eventually, scores
from tests.servers import ROOT
from tests.terminal import screen

#: value -> state, index, numerator of 500; the rest has 0.11, which is 55 of 500
MADE: dict[str, tuple[State, float | None, int]] = {
    "a": ("par", 101.0, 56),
    "b": ("over", 150.0, 82),
    "c": ("under", 80.0, 44),
    "d": ("silent", None, 0),
    "e": ("under", 60.0, 33),
    "f": ("learning", 300.0, 165),
}


def made(value: str) -> Cell:
    state, index, numerator = MADE[value]
    return cell(state=state, index=index, numerator=numerator, value=numerator / 500)


def order(sort: str) -> str:
    segments = [scores(value, cells=[made(value)]) for value in MADE]
    return "".join(row.scores.value for row in rows(segments, BUILT_IN, window="1h", sort=sort))


def test_orders() -> None:
    assert {sort: order(sort) for sort in SORTS} == {
        "state": "decbaf",  # as on the board: worst first, and then the farthest from par
        "impact": "dbecaf",  # 55, 27, 22, 11, 1 from what the rest would have; of f chance may have made its 110
        "index": "fbecad",
        "kpi": "decbaf",
    }


def test_what_is_silent_is_ranked_by_its_trials() -> None:
    """Its index is of what came before."""
    few = scores("few", cells=[cell(state="silent", index=2_300.0, denominator=1)])
    many = scores("many", cells=[cell(state="silent", index=95.0, denominator=700)])
    found = rows([few, many], BUILT_IN, window="1h")
    assert [row.scores.value for row in found] == ["many", "few"]


def test_the_states_are_in_the_board_s_order() -> None:
    (told,) = re.findall(r"STATES = (\[.*?\])", (ROOT / "consumers" / "board" / "text.js").read_text("utf-8"))
    assert list(WORST_FIRST) == json.loads(told)


def test_kpis_together() -> None:
    segments = [
        scores("a", cells=[cell("form_fill_rate"), cell("download_rate", state="par")]),
        scores("b", cells=[cell("form_fill_rate", state="under"), cell("download_rate")]),
    ]
    shown = rows(segments, BUILT_IN, window="1h", sort="kpi")
    assert [(row.cell.kpi, row.scores.value) for row in shown] == [
        ("download_rate", "b"),
        ("download_rate", "a"),
        ("form_fill_rate", "b"),
        ("form_fill_rate", "a"),
    ]


def test_the_impact_is_by_the_hour_and_of_what_is_counted() -> None:
    day = cell(start=T0 - 24 * 3_600_000, numerator=66, denominator=500, rest=0.11)
    assert Row(scores(), day, BUILT_IN["form_fill_rate"]).impact == pytest.approx((66 - 55) / 24)
    assert Row(scores(), cell(numerator=30, denominator=100, rest=40.0), BUILT_IN["nps"]).impact == 0, "a figure"
    nps = msgspec.structs.replace(BUILT_IN["nps"], model="poisson")
    assert nps.scale == 100
    assert Row(scores(), cell(numerator=30, denominator=100, rest=40.0), nps).impact == pytest.approx(30 - 40)
    assert Row(scores(), cell(rest=None), nps).impact == 0
    assert Row(scores(), cell(), None).impact == 0


def test_the_impact_is_ranked_as_a_share_of_what_its_dimension_has() -> None:
    """Seconds and form fills compare in nothing else."""
    seconds = cell("time_on_site", numerator=9_000.0, denominator=100, rest=100.0)
    fills = cell("form_fill_rate", numerator=10, denominator=500, rest=0.11)
    others = [cell("time_on_site", numerator=91_000.0), cell("form_fill_rate", numerator=40)]
    segments = [
        scores("a", cells=[seconds, fills]),
        scores("b", cells=[msgspec.structs.replace(c, rest=None) for c in others]),
    ]
    first, second, *_ = rows(segments, BUILT_IN, window="1h", sort="impact")
    assert [(row.cell.kpi, row.counted) for row in (first, second)] == [
        ("form_fill_rate", "form fills"),
        ("time_on_site", "s"),
    ]
    assert [first.impact, second.impact] == pytest.approx([-45, -1_000])
    assert [first.share, second.share] == pytest.approx([-45 / 50, -1_000 / 100_000])
    (alone,) = rows(segments, BUILT_IN, window="1h", names=["engagement"]) or [
        Row(scores(), cell(), BUILT_IN["engagement"])
    ]
    assert alone.counted == "clicks …"


def test_only_what_was_asked_for() -> None:
    segments = [
        scores("a"),
        scores("b", dimension="industry", cells=[cell(), cell("download_rate"), cell(window="24h")]),
    ]
    assert len(rows(segments, BUILT_IN, window="1h")) == 3
    assert len(rows(segments, BUILT_IN, window="24h")) == 1
    assert len(rows(segments, BUILT_IN, window="1h", dimensions=["tier"])) == 1
    (row,) = rows(segments, BUILT_IN, window="1h", names=["download_rate"])
    assert row.segment == "industry:b"
    assert not rows(segments, BUILT_IN, window="1h", states=["under"])
    assert len(rows(segments, BUILT_IN, window="1h", states=["under", "over"])) == 3


@pytest.mark.parametrize(
    ("states", "window"),
    [
        ({"5m": "par", "1h": "par", "24h": "par"}, "1h"),
        ({"5m": "learning", "1h": "learning", "24h": "par"}, "24h"),
        ({"5m": "par", "1h": "learning"}, "5m"),
        ({"5m": "learning", "1h": "learning"}, "1h"),
    ],
)
def test_the_usual_window_is_the_board_s(states: dict[str, State], window: str) -> None:
    segments = [scores(cells=[cell(window=each, state=state) for each, state in states.items()])]
    assert usual_window(segments, list(states)) == window


def top(broker: str, *options: str, code: int = 0) -> str:
    result = CliRunner().invoke(cli, ["top", "--once", *options], env={"SEGPULSE_KAFKA_BROKER": broker})
    assert result.exit_code == code, result.output
    return result.output


def test_once(scorer: Scorer) -> None:
    scorer.say(*(scores(value, dimension="industry", cells=[made(value)]) for value in MADE))
    scorer.say(scores("[red]\x1b[2J", cells=[cell("download_rate")], dimension="city_tier"))
    text = top(scorer.broker)
    lines = [line for line in text.splitlines() if "industry:" in line]
    assert [line.split()[0] for line in lines] == [f"industry:{value}" for value in "decbaf"]
    assert re.split(r"  +", lines[2].strip()) == [
        "industry:c",
        "form_fill_rate",
        "under",
        "80",
        "8.8%",
        "11%",
        "12.1% – 14.1%",
        "500",
        "-11",
        "form fills",
        "-2.9%",  # of 56 + 82 + 44 + 0 + 33 + 165
        "60 s",
    ]
    assert "city_tier:[red]�[2J" in text
    assert "7 segments, last 1h, by state" in text
    assert "city_tier" not in top(scorer.broker, "--dimension", "industry", "--sort", "impact")
    assert "industry:" not in top(scorer.broker, "--kpi", "download_rate")
    assert "5 more rows" in top(scorer.broker, "--rows", "2")


def test_what_there_is_not_is_said() -> None:
    nowhere = f"{LOOPBACK}:{free_port()}"
    assert "there is no 'colour'; there are industry" in top(nowhere, "--dimension", "colour", code=2)
    assert "there is no '2h'; there are 5m" in top(nowhere, "--window", "2h", code=2)
    assert f"no broker answers at {nowhere}" in top(nowhere, code=1)


@pytest.mark.parametrize(
    ("width", "left_out"),
    [
        (80, {"95 % interval", "Trials", "Of", "Share"}),
        (100, {"95 % interval", "Of"}),
        (120, {"Of"}),
        (140, set[str]()),
    ],
)
def test_in_a_narrow_terminal_names_are_cut_and_figures_are_not(width: int, left_out: set[str]) -> None:
    console = Console(width=width)
    segments = [scores(value + "m" * 60, cells=[made(value)]) for value in MADE]
    with console.capture() as capture:
        console.print(table(rows(segments, BUILT_IN, window="1h"), 3, "title", width))
    text = capture.get()
    assert all(len(line) <= width for line in text.splitlines())
    titles = ("State", "Index", "Value", "Rest", "95 % interval", "Trials", "Impact/h", "Of", "Share", "Since")
    assert {title for title in titles if title not in text.split("\n")[1]} == left_out
    (line,) = (line for line in text.splitlines() if line.startswith("tier:dm"))
    assert "…" in line
    assert line.split()[2:6] == ["silent", "–", "0%", "11%"]
    assert line.split()[-2:] == ["60", "s"]
    assert " -55 " in line


@pytest.mark.parametrize("end", ["q", "Ctrl-C"])
def test_in_a_terminal_it_follows_and_heeds_keys_until_it_is_stopped(scorer: Scorer, end: str) -> None:
    environ = {"SEGPULSE_KAFKA_BROKER": scorer.broker, "PYTHONPATH": str(ROOT), "COLUMNS": "160", "TERM": "xterm"}
    argv = [sys.executable, "-m", "segpulse", "top"]
    with screen() as terminal:
        process = subprocess.Popen(
            argv, stdin=terminal.theirs, stdout=terminal.theirs, stderr=terminal.theirs, env={**os.environ, **environ}
        )
        try:
            eventually(lambda: b"0 segments" in terminal.seen)
            scorer.say(scores("new", dimension="industry"))
            eventually(lambda: b"industry:new" in terminal.seen)
            for keys, said in {"s": "by impact", "d": "only industry", "dtt": "only under", "w": "last 5m"}.items():
                terminal.type(keys)
                eventually(lambda said=said: said.encode() in terminal.seen)  # type: ignore[misc]
            if end == "q":
                terminal.type("q")
            else:
                process.send_signal(signal.SIGINT)
            assert process.wait(15) == 0
            assert terminal.echoes, "the terminal is as it was before"
        finally:
            process.kill()
            process.wait()
    assert b"Traceback" not in terminal.seen
