"""Real servers for the tests, each on free ports with its files in a given folder, stopped at the end."""

from __future__ import annotations

import os
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

from streams.tools.local import apache
from streams.tools.local.apache import KafkaNode as KafkaNode
from streams.tools.local.apache import kafka_version
from streams.tools.local.servers import LOOPBACK, Server, ServerError, debian_redis, embedded_redis, start

ROOT = Path(__file__).parents[1]
KAFKA_JARS = ROOT / ".cache" / "kafka"


def missing(what: str) -> NoReturn:
    """Skip the test because `what` is not there; where it must be there (CI=true) that is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI must have {what}")
    pytest.skip(f"needs {what}")


def program(name: str, package: str) -> str:
    """The Debian program `name` (not one that a wheel put into the environment), or the test is skipped."""
    found = shutil.which(name, path="/usr/local/bin:/usr/bin:/usr/local/sbin:/usr/sbin")
    return found or missing(f"{name} (apt-get install {package})")


def apache_kafka_jars() -> Path:
    """Where Apache Kafka is, which can be run, or the test is skipped."""
    if shutil.which("java") is None:
        missing("java (apt-get install default-jre-headless)")
    if kafka_version(KAFKA_JARS) is None:
        missing(f"Apache Kafka in {KAFKA_JARS} (.ci/run fetches it)")
    return KAFKA_JARS


@contextmanager
def apache_kafka(folder: Path) -> Iterator[Server]:
    """One broker of Apache Kafka in KRaft mode. `child.kill()` and `child.start()` are a crash and what follows it."""
    with apache.apache_kafka(folder, apache_kafka_jars()) as server:
        yield server


def kafka_broker(folder: Path, nodes: Sequence[KafkaNode], at: int) -> list[str]:
    """The command of `nodes[at]` of a cluster of all `nodes`, with its storage formatted in `folder`."""
    return apache.kafka_broker(folder, nodes, at, apache_kafka_jars(), "512m" if len(nodes) == 1 else "384m")


@contextmanager
def redis_server(folder: Path) -> Iterator[Server]:
    """Debian's Redis, else the one from the wheel."""
    there = shutil.which("redis-server", path="/usr/bin") is not None
    try:
        with debian_redis(folder) if there else embedded_redis(folder, port=0) as server:
            yield server
    except ServerError as error:
        missing(str(error))


@contextmanager
def prometheus(folder: Path, config: Path) -> Iterator[Server]:
    """Debian's Prometheus with the configuration `config`; the address is a URL."""
    path = program("prometheus", "prometheus")

    def argv(port: int) -> list[str]:
        options = [f"--config.file={config}", f"--storage.tsdb.path={folder / 'tsdb'}"]
        return [path, *options, f"--web.listen-address={LOOPBACK}:{port}", "--web.enable-lifecycle"]

    with _web_server("prometheus", argv, folder) as server:
        yield server


@contextmanager
def alertmanager(folder: Path, config: Path) -> Iterator[Server]:
    """Debian's Alertmanager with the configuration `config`; the address is a URL."""
    path = program("prometheus-alertmanager", "prometheus-alertmanager")

    def argv(port: int) -> list[str]:
        options = [f"--config.file={config}", f"--storage.path={folder / 'alertmanager'}"]
        return [path, *options, f"--web.listen-address={LOOPBACK}:{port}", "--cluster.listen-address="]

    with _web_server("alertmanager", argv, folder) as server:
        yield server


@contextmanager
def _web_server(name: str, argv: Callable[[int], list[str]], folder: Path) -> Iterator[Server]:
    child, port = start(name, argv, _ready, folder / f"{name}.log", 0)
    try:
        yield Server(f"http://{LOOPBACK}:{port}", child)
    finally:
        child.stop()


def _ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/-/ready", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
