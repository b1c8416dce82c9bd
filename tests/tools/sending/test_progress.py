from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.documents import EVENTS, blocks
from tests.servers import ROOT
from tests.terminal import screen

COMMAND = [sys.executable, "-m", "segpulse", "backtest", "--json"]


@pytest.fixture
def events(tmp_path: Path) -> Path:
    file = tmp_path / "events.jsonl"
    file.write_text(blocks(EVENTS, "json")[0])
    return file


def test_on_a_terminal_it_is_shown_how_far_it_is(events: Path) -> None:
    total = len(events.read_text().splitlines())
    with screen() as terminal:
        done = subprocess.run([*COMMAND, str(events)], cwd=ROOT, stdout=subprocess.PIPE, stderr=terminal.theirs)
    assert done.returncode == 0
    assert done.stdout.startswith(b"{"), "what a program reads is not mixed with it"
    assert b"backtest" in terminal.seen
    assert f"{total}/{total}".encode() in terminal.seen


def test_elsewhere_nothing_is(events: Path) -> None:
    done = subprocess.run([*COMMAND, str(events)], cwd=ROOT, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
