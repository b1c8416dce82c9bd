"""`segpulse bench` from end to end, on few events: everything is there and every event is counted. Never a speed."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from streams.tools.bench.command import command
from streams.tools.bench.peers.run import PEERS, QUIX
from streams.tools.bench.report import Report
from tests.servers import ROOT, apache_kafka_jars, program

EVENTS = 20_000


@pytest.mark.kafka
def test_everything_is_counted_and_told(tmp_path: Path) -> None:
    apache_kafka_jars()
    program("redis-server", "redis-server")
    options = ["--only", "throughput", "--peers", "--peer-seconds", "2", "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "segpulse", "bench", *options, "--events", str(EVENTS), "--visitors", "1000"],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=110,
    )
    assert done.returncode == 0, done.stderr
    report = msgspec.json.decode(done.stdout, type=Report)
    assert set(msgspec.json.decode(done.stdout)) == {field.name for field in msgspec.structs.fields(Report)}
    (throughput,) = report.throughput
    assert throughput.counted == throughput.events == EVENTS
    assert throughput.events_per_second > 0
    assert throughput.peak_resident_mb > 0
    assert report.load is not None
    assert sum(report.load.by_topic.values()) == EVENTS
    assert {peer.name for peer in report.peers} == set(PEERS) - ({QUIX} if sys.version_info < (3, 11) else set())
    assert all(peer.events > 0 for peer in report.peers)
    assert report.ratios
    assert report.machine.kafka
    assert not list(tmp_path.iterdir()), "it leaves nothing"


def test_measurements_are_named() -> None:
    result = CliRunner().invoke(command, ["--only", "speed"])
    assert result.exit_code == 2
    assert "'speed' is none of throughput, latency, growth, tick, redis, memory" in result.output


def test_a_folder_in_use_is_refused() -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "mine").touch()
        result = CliRunner().invoke(command, ["--keep", folder])
    assert result.exit_code == 1
    assert "holds files already; name a new folder" in result.output
