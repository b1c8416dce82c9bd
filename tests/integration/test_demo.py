"""`segpulse demo` as a newcomer runs it: four lines, scores soon, and nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from click.testing import CliRunner

from segpulse.cli import cli
from streams.tools.local.servers import embedded_broker, embedded_redis
from tests.servers import apache_kafka, redis_server

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into Linux's /proc")


class Demo:
    """A running demo, its lines as they come, and its folders."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.folder, self.home = folder / "project", folder / "home"
        self.folder.mkdir()
        self.home.mkdir()
        self.lines: dict[str, str] = {}
        self._errors = folder / "stderr"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "segpulse", "demo", *arguments],
            cwd=self.folder,
            env={**os.environ, "HOME": str(self.home), "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=subprocess.PIPE,
            stderr=self._errors.open("w"),
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            name, _, address = line.rstrip("\n").partition(": ")
            assert name not in self.lines, "one line each"
            self.lines[name] = address

    def told(self) -> str:
        """What it has written to stderr."""
        return self._errors.read_text("utf-8")

    def wait_for(self, what: Callable[[], object], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not what():
            assert self.process.poll() is None, self.told()
            assert time.monotonic() < deadline, f"waited {seconds} s; {self.lines} {self.told()}"
            time.sleep(0.2)

    def processes(self) -> list[int]:
        """All that run in its folder."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                if (entry / "cwd").readlink().is_relative_to(self.folder):
                    found.append(int(entry.name))
            except OSError:
                continue
        return found

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        code = self.process.wait(timeout=20)
        self._reader.join()
        return code


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Demo]]:
    started: list[Demo] = []

    def start(*arguments: str) -> Demo:
        started.append(Demo(tmp_path, *arguments))
        return started[-1]

    yield start
    for demo in started:
        if demo.process.poll() is None:
            demo.end(signal.SIGKILL)


def scored(demo: Demo) -> int:
    with redis.Redis.from_url(demo.lines["redis"]) as client:
        return int(client.scard("segpulse:segments"))


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return str(answer.read().decode())


def test_scores_within_half_a_minute_and_nothing_left(start: Callable[..., Demo]) -> None:
    demo = start()
    demo.wait_for(lambda: len(demo.lines) == 4, 20)
    assert list(demo.lines) == ["kafka", "redis", "metrics", "board"]
    demo.wait_for(lambda: scored(demo) > 0, 30)
    demo.wait_for(lambda: "segpulse_segment_value{" in get(demo.lines["metrics"]), 10)
    assert "<html" in get(demo.lines["board"])
    assert len(demo.processes()) == 8  # itself, two servers, the worker, three consumers, the simulator
    assert demo.end(signal.SIGINT) == 0
    assert demo.told() == "stopped\n"
    assert demo.processes() == []
    assert list(demo.home.iterdir()) == []
    assert {path.relative_to(demo.folder) for path in demo.folder.glob("*/*")} == {Path(".cache/demo")}


def test_killed_it_takes_its_children_along(start: Callable[..., Demo]) -> None:
    demo = start()
    demo.wait_for(lambda: len(demo.processes()) == 8, 20)
    demo.end(signal.SIGKILL)
    deadline = time.monotonic() + 10
    while demo.processes():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.kafka
def test_servers_of_ones_own(start: Callable[..., Demo], tmp_path: Path) -> None:
    with apache_kafka(tmp_path) as kafka, redis_server(tmp_path) as own_redis:
        demo = start("--broker", kafka.address, "--redis", own_redis.address)
        demo.wait_for(lambda: len(demo.lines) == 4, 30)
        assert demo.lines["kafka"] == kafka.address
        demo.wait_for(lambda: scored(demo) > 0, 40)
        assert demo.end(signal.SIGTERM) == 0
        assert kafka.child.running
        assert own_redis.child.running


def test_a_dead_part_is_told_of_and_comes_back(start: Callable[..., Demo]) -> None:
    demo = start()
    demo.wait_for(lambda: len(demo.lines) == 4, 20)
    os.kill(pid_of(demo, "board"), signal.SIGKILL)
    demo.wait_for(lambda: "consume-board ended (signal 9), starts again in 1 s" in demo.told(), 5)
    demo.wait_for(lambda: pid_of(demo, "board"), 10)
    demo.wait_for(lambda: listens_again(demo.lines["board"]), 15)
    assert demo.end(signal.SIGINT) == 0


def pid_of(demo: Demo, part: str) -> int:
    for pid in demo.processes():
        if Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[-2:-1] == [part.encode()]:
            return pid
    return 0


def listens_again(url: str) -> bool:
    try:
        return "<html" in get(url)
    except OSError:
        return False


def test_a_port_that_is_none_is_said_so() -> None:
    result = CliRunner().invoke(cli, ["demo", "--port-board", "99999"])
    assert result.exit_code == 2
    assert "99999 is not in the range 1<=x<=65535" in result.output


def test_without_the_broker_it_ends(start: Callable[..., Demo], tmp_path: Path) -> None:
    with embedded_broker(tmp_path, port=0) as broker, embedded_redis(tmp_path, port=0) as own:
        refused = start("--broker", broker.address.replace("127.0.0.1:", "nowhere.invalid:"), "--redis", own.address)
        refused.wait_for(lambda: "no broker answers at nowhere.invalid" in refused.told(), 15)
        assert refused.end(signal.SIGINT) == 0
    assert "Traceback" not in refused.told()
