"""Workers that come, go, stop and wake beside each other on real Apache Kafka: who writes, and how soon."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kafka.admin import KafkaAdminClient

from streams.tools.local.processes import Child
from streams.tools.local.servers import Server, free_port
from tests import servers

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(180)]

BOTH = "partitions [0, 1]: state loaded"


class Worker(Child):
    """A worker of one group, and what it has said."""

    def __enter__(self) -> Worker:
        self.start()
        return self

    def __init__(self, name: str, broker: str, folder: Path, session_timeout: str, script: str = "") -> None:
        environ = {
            "SEGPULSE_KAFKA_BROKER": broker,
            "SEGPULSE_KAFKA_PARTITIONS": "2",
            "SEGPULSE_KAFKA_SESSION_TIMEOUT": session_timeout,
            "SEGPULSE_TIME_CHECKPOINT": "200ms",
            "SEGPULSE_WORKER_PORT": str(free_port()),
            "APP_DATADIR": str(folder),
        }
        program = ["-c", script] if script else ["-m", "segpulse"]
        super().__init__(name, [sys.executable, *program, "worker"], folder / f"{name}.log", environ)
        self.read = 0

    def said(self) -> str:
        """Since the last wait that was fulfilled."""
        return self.log.read_text("utf-8")[self.read :]

    def wait(self, until: Callable[[str], bool], seconds: float) -> float:
        """Until what it says is what is wanted; how long that took."""
        began = time.monotonic()
        while not until(self.said()):
            assert time.monotonic() < began + seconds, f"{self.name} said: {self.last_lines()}"
            time.sleep(0.05)
        self.read = len(self.log.read_text("utf-8"))
        return time.monotonic() - began


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with servers.apache_kafka(tmp_path_factory.mktemp("kafka")) as server:
        yield server


def test_one_that_is_killed_and_comes_back_does_not_wait_for_its_old_session(broker: Server, tmp_path: Path) -> None:
    with Worker("killed", broker.address, tmp_path, "30s") as worker:
        worker.wait(lambda said: BOTH in said, 60)
        time.sleep(2.0)
        worker.kill()
        worker.start()
        assert worker.wait(lambda said: BOTH in said, 60) < 20  # of 30


def test_one_that_stops_politely_leaves_its_share_at_once(broker: Server, tmp_path: Path) -> None:
    one, other = (Worker(name, broker.address, tmp_path, "30s") for name in ("one", "other"))
    with one:
        one.wait(lambda said: BOTH in said, 60)
        with other:
            other.wait(lambda said: "state loaded" in said, 60)
            one.wait(lambda said: "state loaded" in said, 60)
            other.ask_to_stop()
            assert one.wait(lambda said: BOTH in said, 60) < 20  # of 30
            assert "ERROR" not in one.said()


#: Stops itself between a checkpoint's last record and its commit, when it finds a file. It begins again without this.
SLEEPY = """
import os, pathlib, signal
from streams.engine.writing import Writing
write = Writing.write
async def write_and_stop(*arguments, **named):
    await write(*arguments, **named)
    if (wish := pathlib.Path({wish!r})).exists():
        wish.unlink()
        os.kill(os.getpid(), signal.SIGSTOP)
Writing.write = write_and_stop
from segpulse.cli import main
main()
"""


def test_one_that_wakes_beside_its_successor_writes_nothing_and_begins_again(broker: Server, tmp_path: Path) -> None:
    wish = tmp_path / "stop"
    sleeper = Worker("sleeper", broker.address, tmp_path, "6s", SLEEPY.format(wish=str(wish)))
    with sleeper:
        sleeper.wait(lambda said: BOTH in said, 60)
        with Worker("successor", broker.address, tmp_path, "6s") as successor:
            successor.wait(lambda said: "state loaded" in said, 60)
            sleeper.wait(lambda said: "state loaded" in said, 60)
            wish.touch()
            try:
                successor.wait(lambda said: BOTH in said, 60)
                time.sleep(1.0)
            finally:
                os.kill(sleeper.pid, signal.SIGCONT)
            sleeper.wait(lambda said: "beginning again" in said and "state loaded" in said, 60)
            (again,) = [line for line in sleeper.log.read_text("utf-8").splitlines() if "beginning again" in line]
            assert "FencedError: another worker has taken over" in again
            assert "beginning again" not in successor.log.read_text("utf-8")


def test_of_two_of_one_name_one_ends_and_says_so(
    broker: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEGPULSE_KAFKA_MEMBER", "same")
    with Worker("older", broker.address, tmp_path, "10s") as older:
        older.wait(lambda said: BOTH in said, 60)
        with Worker("newer", broker.address, tmp_path, "10s") as newer:
            until = time.monotonic() + 60
            while older.running and newer.running:
                assert time.monotonic() < until, "both go on"
                time.sleep(0.1)
            # The older one, unless it learns of the other from its fence first: then it comes back, and is the newer.
            ended, stays = (newer, older) if older.running else (older, newer)
            assert ended.exit_code == 1
            said = ended.log.read_text("utf-8")
            assert "Error: kafka: another worker has come as member same of the group" in said
            stays.wait(lambda said: said.rstrip().endswith(BOTH), 60)
            time.sleep(3.0)
            assert stays.running


STUCK = """
import asyncio
from streams.engine import changelog, lifecycle
async def never(*_):
    await asyncio.Event().wait()
changelog.Log.complete = never
lifecycle._STALLED = 1.0
from segpulse.cli import main
main()
"""


def test_a_recovery_that_gets_nowhere_is_begun_again(
    broker: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEGPULSE_KAFKA_REBALANCE_TIMEOUT", "3s")
    with Worker("stuck", broker.address, tmp_path, "6s", STUCK) as worker:
        worker.wait(lambda said: "TimeoutError: no state loaded, and nothing new of it in 9 s; beginning" in said, 60)
        worker.wait(lambda said: BOTH in said, 60)


def test_more_partitions_end_a_running_worker_with_a_clear_word(broker: Server, tmp_path: Path) -> None:
    with Worker("worker", broker.address, tmp_path, "10s") as worker:
        worker.wait(lambda said: BOTH in said, 60)
        with KafkaAdminClient(bootstrap_servers=broker.address) as admin:
            admin.create_partitions({"clicks": 3})
        worker.wait(lambda said: "Error: kafka.partitions is 2, but clicks has 3. segpulse cannot change" in said, 60)
        until = time.monotonic() + 30
        while worker.running:
            assert time.monotonic() < until, "it goes on"
            time.sleep(0.1)
        assert worker.exit_code == 1
        assert "beginning again" not in worker.log.read_text("utf-8")
