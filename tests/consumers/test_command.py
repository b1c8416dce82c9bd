from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from streams.tools.local.servers import Server, free_port
from tests.consumers.receiver import SECRET
from tests.consumers.samples import Scorer, eventually

READY = {
    "redis": "redis: holds the scores of 0 segments",
    "prometheus": "kafka: read all that was there: 0 segments",
    "alerts": "alerts: posting to webhook at http://127.0.0.1",
    "board": "kafka: read all that was there: 0 segments",
}


@contextmanager
def consume(what: str, told: Path, environ: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """`segpulse consume what`, whose words go to the file `told`."""
    ports = {
        f"SEGPULSE_{section}_PORT": str(free_port()) for section in ("BOARD", "PROMETHEUS", "ALERTS", "REDIS_HEALTH")
    }
    webhook = {"SEGPULSE_ALERTS_WEBHOOK": f"http://127.0.0.1:{free_port()}/{SECRET}"}
    argv = [sys.executable, "-c", "from segpulse.cli import main; main()", "consume", what]
    with told.open("wb") as output:
        process = subprocess.Popen(
            argv, env={**os.environ, **ports, **webhook, **environ}, cwd=told.parent, stderr=output
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def ends_well(process: subprocess.Popen[bytes], told: Path, number: signal.Signals) -> None:
    process.send_signal(number)
    assert process.wait(15) == 0
    text = told.read_text("utf-8")
    assert "Traceback" not in text
    assert SECRET not in text


@pytest.mark.parametrize("what", READY)
def test_asked_to_stop_each_ends_well(what: str, scorer: Scorer, redis_server: Server, tmp_path: Path) -> None:
    told = tmp_path / "told"
    environ = {"SEGPULSE_KAFKA_BROKER": scorer.broker, "SEGPULSE_REDIS_URL": redis_server.address}
    with consume(what, told, environ) as process:
        eventually(lambda: READY[what] in told.read_text("utf-8"))
        ends_well(process, told, signal.SIGTERM)


@pytest.mark.parametrize("what", READY)
def test_without_servers_each_waits_and_says_so(what: str, tmp_path: Path) -> None:
    told = tmp_path / "told"
    environ = {
        "SEGPULSE_KAFKA_BROKER": f"127.0.0.1:{free_port()}",
        "SEGPULSE_REDIS_URL": f"redis://:{SECRET}@127.0.0.1:{free_port()}/0",
    }
    with consume(what, told, environ) as process:
        eventually(lambda: "next try in 2 s" in told.read_text("utf-8"))
        ends_well(process, told, signal.SIGINT)


def test_what_cannot_start_says_why_in_one_line(tmp_path: Path) -> None:
    told = tmp_path / "told"
    with consume("alerts", told, {"SEGPULSE_ALERTS_WEBHOOK": ""}) as process:
        assert process.wait(30) == 1
    text = told.read_text("utf-8")
    assert text.startswith("Error: alerts: there is nobody to post to: set SEGPULSE_ALERTS_WEBHOOK, ")
    assert text.count("\n") == 1
