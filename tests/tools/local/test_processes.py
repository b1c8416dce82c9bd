"""Children leave nothing behind, whichever way they or their parent end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from streams.tools.local.processes import Child

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


def python(code: str, log: Path, **environ: str) -> Child:
    return Child("child", [sys.executable, "-c", code], log, environ)


def wait_for(what: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not what():
        assert time.monotonic() < deadline, "waited 10 s in vain"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        # A zombie still has a pid; its state says so.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_output_and_environment_reach_the_log(tmp_path: Path) -> None:
    child = python(
        "import os; print(*range(20), sep='\\n'); print(os.environ['GIVEN'])", tmp_path / "a.log", GIVEN="yes"
    )
    child.start()
    wait_for(lambda: child.exit_code == 0)
    assert child.last_lines(3) == ["18", "19", "yes"]


def test_stop_is_polite_first(tmp_path: Path) -> None:
    code = (
        "import signal, sys, time; signal.signal(15, lambda *_: sys.exit(7)); print('up', flush=True); time.sleep(60)"
    )
    with python(code, tmp_path / "a.log") as child:
        wait_for(child.last_lines)
    assert child.exit_code == 7


def test_stop_kills_what_does_not_listen(tmp_path: Path) -> None:
    child = python(STUBBORN, tmp_path / "a.log")
    child.start()
    wait_for(child.last_lines)
    child.stop(patience=0.1)
    assert child.exit_code == -signal.SIGKILL


def test_ctrl_c_at_the_terminal_does_not_reach_it(tmp_path: Path) -> None:
    with python("import time; time.sleep(60)", tmp_path / "a.log") as child:
        assert os.getpgid(child.pid) != os.getpgid(0)
        assert child.running


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's prctl")
def test_it_dies_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from streams.tools.local.processes import Child\n"
        f"child = Child('c', [sys.executable, '-c', {STUBBORN!r}], Path({str(tmp_path / 'c.log')!r}))\n"
        "child.start(); print(child.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        wait_for((tmp_path / "c.log").exists)
        assert alive(pid)
        parent.kill()
    wait_for(lambda: not alive(pid))
