"""A worker that is killed at any moment, and a broker that is not there: nothing lost, nothing doubled, one clear line.

The long forms of these are in tests/chaos (issue B).
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from streams.tools.demo import EMBEDDED
from streams.tools.local.processes import Child
from streams.tools.local.servers import Server, embedded_broker, free_port
from tests.integration.live import Live, alert_order, live
from tests.servers import apache_kafka

EXAMPLES = Path(__file__).parents[2] / "examples"
MAPPING = EXAMPLES / "xeducation.toml"
CONFIG = EXAMPLES / "xeducation.segpulse.toml"


def _checkpointed(system: Live) -> bool:
    return any(value for _, value in system.records("segpulse-panes-changelog"))


@pytest.mark.timeout(180)
@pytest.mark.kafka
def test_killed_in_the_middle_of_it(redis_server: Server, tmp_path: Path, data: Path) -> None:
    file = data / "xeducation_leads.csv"
    with (
        apache_kafka(tmp_path) as kafka,
        live(tmp_path, kafka.address, redis_server.address, CONFIG, embedded=False, batch=200) as system,
    ):
        summary = system.replay(file, "--mapping", str(MAPPING))
        for _ in range(2):
            system.wait(lambda: _checkpointed(system), "checkpoint")
            system.worker.kill()
            system.worker.start()
            time.sleep(3.0)
        expected = json.loads(system.command("backtest", str(file), "--mapping", str(MAPPING), "--json"))
        scores = {f"{score['dimension']}:{score['value']}": score for score in expected["scores"]}
        system.wait_scored(summary["scored_to"], set(scores))
        assert system.scores() == scores
        assert system.alerts() == sorted(expected["alerts"], key=alert_order)


@pytest.mark.timeout(90)
def test_a_worker_waits_for_its_broker(tmp_path: Path) -> None:
    port = free_port()
    environ = {"SEGPULSE_KAFKA_BROKER": f"127.0.0.1:{port}", "SEGPULSE_WORKER_PORT": str(free_port())}
    worker = Live(tmp_path, {**EMBEDDED, **environ, "SEGPULSE_REDIS_URL": "redis://127.0.0.1:1"}).worker
    with worker:
        until = time.monotonic() + 30
        while len(lines := worker.last_lines()) < 2:
            assert time.monotonic() < until, "it says nothing"
            time.sleep(0.5)
        assert worker.running
        assert all(line.startswith(f"kafka: no broker answers at 127.0.0.1:{port}") for line in lines), lines
        with embedded_broker(tmp_path, port=port):
            until = time.monotonic() + 40
            while not any("state loaded" in line for line in worker.last_lines()):
                assert time.monotonic() < until, worker.last_lines()
                time.sleep(0.5)


GONE = """
import streams.worker
streams.worker._wait_for_broker = lambda *_: None
from segpulse.cli import main
main()
"""


@pytest.mark.timeout(90)
@pytest.mark.parametrize("transactions", ["true", "false"])
def test_a_broker_that_goes_while_a_worker_starts_is_waited_for(transactions: str, tmp_path: Path) -> None:
    environ = {
        "SEGPULSE_KAFKA_BROKER": f"127.0.0.1:{free_port()}",
        "SEGPULSE_KAFKA_TRANSACTIONS": transactions,
        "SEGPULSE_WORKER_PORT": str(free_port()),
        "APP_DATADIR": str(tmp_path),
    }
    with Child("worker", [sys.executable, "-c", GONE, "worker"], tmp_path / "worker.log", environ) as worker:
        until = time.monotonic() + 60
        while not any("kafka: no broker answers" in line for line in worker.last_lines()):
            assert time.monotonic() < until, worker.last_lines()
            time.sleep(0.3)
        assert "beginning again from the last checkpoint" in worker.log.read_text()
        assert "Traceback" not in worker.log.read_text()


FAULTY = """
from streams.engine.ingest import Ingest
async def take(self, *_):
    {fault}
Ingest.take = take
from segpulse.cli import main
main()
"""


@pytest.mark.timeout(90)
@pytest.mark.parametrize(
    "fault",
    ['raise ZeroDivisionError("a fault")', 'await self._pipeline.app.crash(ZeroDivisionError("a fault"))'],
    ids=["in an agent", "in Faust"],
)
def test_an_error_ends_the_worker_which_begins_again(
    fault: str, redis_server: Server, tmp_path: Path, data: Path
) -> None:
    with (
        embedded_broker(tmp_path, port=0) as broker,
        live(tmp_path, broker.address, redis_server.address, CONFIG, embedded=True) as system,
    ):
        system.worker.stop()
        argv = [sys.executable, "-c", FAULTY.format(fault=fault), "worker"]
        faulty = Child("worker", argv, tmp_path / "faulty.log", system.environ)
        with faulty:
            summary = system.replay(data / "xeducation_leads.csv", "--mapping", str(MAPPING))
            # What it begins again as is the command without the fault.
            system.worker = faulty
            system.wait(lambda: {s["at"] for s in system.scores().values()} == {summary["scored_to"]}, "scores")
        said = faulty.log.read_text()
        assert "ZeroDivisionError: a fault; beginning again from the last checkpoint" in said
        assert "Traceback" not in said


def test_bad_settings_end_a_command_with_code_2(tmp_path: Path) -> None:
    config = tmp_path / "segpulse.toml"
    config.write_text('[time]\ntick = "15s"\n')
    done = subprocess.run(
        [sys.executable, "-m", "segpulse", "--config", str(config), "worker"], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr == f"segpulse: {config}: time.tick: must be a multiple of 10s, the width of a pane\n"
