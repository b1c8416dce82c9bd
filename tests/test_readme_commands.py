"""The shell commands of the documents that people follow, run in the order in which a reader types them."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from streams.tools.demo import EMBEDDED
from streams.tools.files import mapping
from streams.tools.local.processes import Child
from streams.tools.local.servers import Server, embedded_broker, free_port
from tests.documents import ALERTS, DEPLOYMENT, DETECTION, EXAMPLES, README, RUNBOOK, blocks, commands
from tests.servers import ROOT, program, redis_server

#: Not run here but by these tests; `make` itself by tests/test_readme.py.
ELSEWHERE = {
    "make test": "test_readme.py",
    "make bench": "tools/bench/test_command.py",
    "segpulse backtest --evaluate": "tools/evaluate/test_command.py",
    "segpulse backtest FILE --evaluate": "tools/evaluate/test_command.py",
    "segpulse backtest customers.csv --mapping mine.toml --evaluate": "tools/evaluate/test_command.py",
    "cp deploy/env.example .env": "deploy/test_compose.py",
    "docker compose up --build --detach": "deploy/test_compose.py",
    "docker compose --profile alerts up --detach": "deploy/test_compose.py",
}

#: Programs that are not here -> why, and what of them is tested.
NOT_HERE = {
    "docker": "needs Docker; deploy/test_compose.py looks at what it runs",
    "kubectl": "needs a cluster; deploy/test_kubernetes.py makes and validates what it applies",
    "kafka-console-consumer.sh": "comes with Kafka's distribution, not with its jars",
    "cp": "before one of these; its files are looked at below",
}

#: The last word of a command that goes on until it is stopped -> what it says when it is at work.
STAYING = {
    "worker": "state loaded",
    "redis": "redis: holds the scores",
    "prometheus": "prometheus: http://",
    "board": "board: http://",
    "alerts": "alerts: posting to ",
    "ingest": "ingest: connected to kafka",
    "demo": "board: http://",
}

PORTS = {name: f"SEGPULSE_{name.upper()}_PORT" for name in STAYING if name not in ("redis", "demo")} | {
    "redis": "SEGPULSE_REDIS_HEALTH_PORT"
}
PATIENCE = 60.0  # seconds


class Reader:
    """Somebody with several terminals open in one folder."""

    def __init__(self, folder: Path, broker: Server, redis: Server, stack: ExitStack) -> None:
        self._folder, self._broker, self._redis, self._stack = folder, broker, redis, stack
        self._environ = {
            "SEGPULSE_KAFKA_BROKER": broker.address,
            **EMBEDDED,
            "SEGPULSE_REDIS_URL": redis.address,
            "PYTHONPATH": str(ROOT),
        }
        self._staying: list[tuple[Child, str]] = []

    def type(self, line: str) -> None:
        """Run `line`, or start it where it goes on; it must do what it says."""
        words = shlex.split(line, comments=True)
        if words[0] == "export":
            name, _, value = words[1].partition("=")
            self._environ[name] = os.path.expandvars(value)
            return
        environ = dict(self._environ)
        while "=" in words[0]:
            name, _, environ[name] = words.pop(0).partition("=")
        if words[0] == "segpulse":
            words[:1] = [sys.executable, "-m", "segpulse"]
        if words == ["make", "demo"]:  # with servers that are there already, as README says that one can
            own = ("--broker", self._broker.address, "--redis", self._redis.address)
            self._start("demo", [sys.executable, "-m", "segpulse", "demo", *own], environ)
            self.check_staying()
        elif words[-1] in STAYING:
            self._start(words[-1], words, environ)
        elif words[0] == "redis-cli":
            self._ask(words[1:])
        elif words[0] == "curl":
            self._post(line)
        else:
            self._run(words, environ)

    def run_python(self, text: str) -> None:
        """Run `text`; it must print something."""
        self._run([sys.executable, "-c", text], self._environ)

    def stop_demo(self) -> None:
        """Ctrl-C in the first terminal."""
        ((demo, _),) = self._staying
        demo.stop(patience=20)
        self._staying.clear()

    def _start(self, name: str, words: list[str], environ: dict[str, str]) -> None:
        if name in PORTS:  # chosen now: others choose too
            self._environ[PORTS[name]] = environ[PORTS[name]] = str(free_port())
        child = Child(name, ["/usr/bin/env", "-C", str(self._folder), *words], self._log(name), environ)
        self._stack.enter_context(child)
        self._staying.append((child, STAYING[name]))

    def _log(self, name: str) -> Path:
        return self._folder / f"{name}.log"

    def _run(self, words: list[str], environ: dict[str, str]) -> str:
        done = subprocess.run(
            words, cwd=self._folder, env={**os.environ, **environ}, capture_output=True, text=True, timeout=PATIENCE
        )
        assert done.returncode == 0, (words, done.stderr)
        assert done.stdout, words
        return done.stdout

    def _ask(self, question: list[str]) -> None:
        """What it asks Redis for must be there in a while; alerts need not."""
        words = [program("redis-cli", "redis-tools"), "-e", "-u", self._redis.address, *question]
        deadline = time.monotonic() + PATIENCE
        while not self._run(words, {}).strip() and question[0] != "XREVRANGE":
            assert time.monotonic() < deadline, (question, self._said())
            time.sleep(0.3)

    def _post(self, line: str) -> None:
        """What it posts must be taken as soon as the door is open."""
        program("curl", "curl")
        there = line.replace("127.0.0.1:8600", f"127.0.0.1:{self._environ['SEGPULSE_INGEST_PORT']}")
        deadline = time.monotonic() + PATIENCE
        while (
            '"accepted":1' not in (done := subprocess.run(["sh", "-c", there], capture_output=True, text=True)).stdout
        ):
            assert time.monotonic() < deadline, (done, self._said())
            time.sleep(0.3)

    def _said(self) -> list[list[str]]:
        return [child.last_lines() for child, _ in self._staying]

    def check_staying(self) -> None:
        """All that was started is at work."""
        deadline = time.monotonic() + PATIENCE
        for child, says in self._staying:
            while says not in child.log.read_text("utf-8"):
                assert child.running, child.last_lines()
                assert time.monotonic() < deadline, (child.name, child.last_lines())
                time.sleep(0.1)
            assert child.running, child.last_lines()


@contextmanager
def reader(folder: Path) -> Iterator[Reader]:
    with ExitStack() as stack:
        work, servers = folder / "work", folder / "servers"
        work.mkdir()
        broker = stack.enter_context(embedded_broker(servers, port=0))
        redis = stack.enter_context(redis_server(servers))
        someone = Reader(work, broker, redis, stack)
        (work / "examples").symlink_to(ROOT / "examples")
        yield someone


def write_table(file: Path, map_file: Path, **columns: str) -> None:
    """A small table as `map_file` needs it."""
    names = dict.fromkeys(column for _, column in mapping.load(map_file).columns())
    rows = [",".join(columns.get(name, "1") for name in names)] * 20
    file.write_text("\n".join([",".join(names), *rows, ""]))


@pytest.mark.timeout(300)
def test_readme(tmp_path: Path) -> None:
    demo, own, *others = re.split(r"^(?=## Ten minutes)", README, flags=re.MULTILINE)
    assert not others
    with reader(tmp_path) as someone:
        work = tmp_path / "work"
        (work / "events.jsonl").write_text(blocks(README, "json")[0])
        follow(someone, demo)
        someone.stop_demo()
        *settings, a_mapping = blocks(README, "toml")
        (work / "segpulse.toml").write_text("\n".join(settings))
        (work / "mine.toml").write_text(a_mapping)
        write_table(work / "customers.csv", work / "mine.toml", date="2026-01-05", Industry="pharma")
        follow(someone, own)
        someone.check_staying()


def follow(someone: Reader, text: str) -> None:
    """Type what `text` says, in its order."""
    for language, block in re.findall(r"^```(sh|python)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        if language == "python":
            someone.run_python(block)
        else:
            for line in block.splitlines():
                if line not in ELSEWHERE:
                    someone.type(line)


@pytest.mark.timeout(180)
def test_examples(tmp_path: Path) -> None:
    with reader(tmp_path) as someone:
        map_file = ROOT / "examples" / "hillstrom.toml"
        write_table(tmp_path / "work" / "hillstrom.csv", map_file, zip_code="Rural", segment="Mens E-Mail")
        for line in commands(EXAMPLES):
            someone.type(line)
        someone.check_staying()


@pytest.mark.timeout(180)
def test_alerts(tmp_path: Path) -> None:
    with reader(tmp_path) as someone:
        someone.type("segpulse topics create")
        for line in commands(ALERTS):
            if line not in ELSEWHERE:
                someone.type(line)
        someone.check_staying()


@pytest.mark.timeout(180)
@pytest.mark.parametrize("text", [DEPLOYMENT, RUNBOOK], ids=["deployment", "runbook"])
def test_operations(text: str, tmp_path: Path) -> None:
    with reader(tmp_path) as someone:
        someone.type("segpulse topics create")
        for line in commands(text):
            if line.split()[0] not in NOT_HERE:
                someone.type(line)


def test_what_operations_cannot_run_here_names_files_that_are_there() -> None:
    lines = [line for line in commands(DEPLOYMENT + RUNBOOK) if line.split()[0] in NOT_HERE]
    assert {line.split()[0] for line in lines} == NOT_HERE.keys()
    for path in {word for line in lines for word in line.split() if word.startswith("deploy/")}:
        assert (ROOT / path).exists(), path


@pytest.mark.parametrize(("line", "test"), ELSEWHERE.items())
def test_what_is_not_run_here_is_run_elsewhere(line: str, test: str) -> None:
    assert line in commands(README + ALERTS + DETECTION)
    assert (ROOT / "tests" / test).is_file()
    for file in re.findall(r"\S+/\S+", line):
        assert (ROOT / file).is_file()
