"""A child that dies is told of and started again, with a longer pause each time."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from streams.tools.local.processes import Child
from streams.tools.local.supervision import PAUSES, SETTLED, Kept, stop_all


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def child(code: str, log: Path, name: str = "part") -> Child:
    return Child(name, [sys.executable, "-c", code], log)


def wait_for_end(kept: Kept) -> None:
    deadline = time.monotonic() + 10
    while kept.child.running:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_pauses_grow_and_start_anew_after_a_long_life(tmp_path: Path) -> None:
    clock = Clock()
    kept = Kept(child("print('broke here'); raise SystemExit(3)", tmp_path / "part.log"), clock=clock)
    kept.start()
    for pause in PAUSES[:3]:
        wait_for_end(kept)
        told = kept.look()
        assert told is not None
        assert f"part ended (exit code 3), starts again in {pause:.0f} s" in told
        assert told.endswith("broke here")
        clock.now += pause - 0.1
        assert kept.look() is None
        assert not kept.child.running
        clock.now += 0.1
        assert kept.look() is None
    wait_for_end(kept)
    clock.now += SETTLED
    assert "starts again in 1 s" in (kept.look() or "")


def test_a_successor_takes_the_place(tmp_path: Path) -> None:
    clock = Clock()
    first = child("pass", tmp_path / "a.log")
    second = child("import time; time.sleep(60)", tmp_path / "a.log")
    kept = Kept(first, second, clock)
    kept.start()
    wait_for_end(kept)
    assert kept.look() is not None
    clock.now += PAUSES[0]
    kept.look()
    assert kept.child is second
    assert kept.look() is None  # it lives
    stop_all([first, second], patience=5)
    assert not second.running
    assert "signal 15" in (kept.look() or "")


def test_stop_all_shares_its_patience(tmp_path: Path) -> None:
    stubborn = "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
    children = [child(stubborn, tmp_path / f"{number}.log") for number in range(3)]
    for each in children:
        each.start()
    while not all(each.last_lines() for each in children):
        time.sleep(0.02)
    begun = time.monotonic()
    stop_all(children, patience=0.5)
    assert time.monotonic() - begun < 1.4
    assert not any(each.running for each in children)
