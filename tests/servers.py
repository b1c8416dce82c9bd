"""Real servers for the tests, each on free ports with its files in a given folder, stopped at the end."""

from __future__ import annotations

import os
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, NoReturn

import pytest

from streams.tools.local.servers import (
    LOOPBACK,
    Server,
    ServerError,
    embedded_redis,
    free_port,
    kafka_answers,
    redis_answers,
    start,
)

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


@contextmanager
def apache_kafka(folder: Path) -> Iterator[Server]:
    """One broker of Apache Kafka in KRaft mode. `child.kill()` and `child.start()` are a crash and what follows it."""

    def argv(port: int) -> list[str]:
        return kafka_broker(folder, [KafkaNode(1, port, free_port())], 0)

    child, port = start("Apache Kafka", argv, kafka_answers, folder / "kafka.log", 0)
    try:
        yield Server(f"{LOOPBACK}:{port}", child)
    finally:
        child.stop(patience=20)


class KafkaNode(NamedTuple):
    """A broker that is a controller too."""

    number: int
    port: int
    controller: int  # port


def kafka_broker(folder: Path, nodes: Sequence[KafkaNode], at: int) -> list[str]:
    """The command of `nodes[at]` of a cluster of all `nodes`, with its storage formatted in `folder`.

    Whatever has several copies has one on each node, and takes a write when all but one have it.
    """
    java = shutil.which("java") or missing("java (apt-get install default-jre-headless)")
    if not any(KAFKA_JARS.glob("kafka_2.13-*.jar")):
        missing(f"Apache Kafka in {KAFKA_JARS} (.ci/run fetches it)")
    heap = "-Xmx512m" if len(nodes) == 1 else "-Xmx384m"
    program = [java, "-Xms128m", heap, "-XX:TieredStopAtLevel=1", "-cp", f"{KAFKA_JARS}/*"]
    node = nodes[at]
    properties = folder / f"server-{node.port}.properties"
    properties.write_text(_kafka_properties(nodes, node, folder / f"data-{node.port}"), "utf-8")
    storage = ["kafka.tools.StorageTool", "format", "--cluster-id", "MkU3OEVBNTcwNTJENDM2Qk", "--config"]
    subprocess.run([*program, *storage, properties], check=True, stdout=subprocess.DEVNULL)
    return [*program, "kafka.Kafka", str(properties)]


def _kafka_properties(nodes: Sequence[KafkaNode], node: KafkaNode, data: Path) -> str:
    copies, in_sync = len(nodes), max(1, len(nodes) - 1)
    lines = {
        "process.roles": "broker,controller",
        "node.id": node.number,
        "controller.quorum.voters": ",".join(f"{n.number}@{LOOPBACK}:{n.controller}" for n in nodes),
        "listeners": f"PLAINTEXT://{LOOPBACK}:{node.port},CONTROLLER://{LOOPBACK}:{node.controller}",
        "advertised.listeners": f"PLAINTEXT://{LOOPBACK}:{node.port}",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        "log.dirs": data,
        "auto.create.topics.enable": "false",  # a topic that nobody declared is a mistake
        "default.replication.factor": copies,
        "min.insync.replicas": in_sync,
        "offsets.topic.replication.factor": copies,
        "offsets.topic.num.partitions": 4,
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": in_sync,
        "transaction.state.log.num.partitions": 4,
        "share.coordinator.state.topic.replication.factor": copies,
        "share.coordinator.state.topic.min.isr": in_sync,
        "group.initial.rebalance.delay.ms": 0,
        "group.min.session.timeout.ms": 1_000,
        # A broker that is gone is missed soon.
        "broker.heartbeat.interval.ms": 500,
        "broker.session.timeout.ms": 4_000,
        "replica.lag.time.max.ms": 5_000,
    }
    return "".join(f"{key}={value}\n" for key, value in lines.items())


@contextmanager
def redis_server(folder: Path) -> Iterator[Server]:
    """Debian's Redis, else the one from the wheel."""
    debian = shutil.which("redis-server", path="/usr/bin")
    if debian is None:
        try:
            with embedded_redis(folder, port=0) as server:
                yield server
                return
        except ServerError as error:
            missing(str(error))

    def argv(port: int) -> list[str]:
        return [debian, "--bind", LOOPBACK, "--port", str(port), "--dir", str(folder), "--save", ""]

    child, port = start("redis-server", argv, redis_answers, folder / "redis.log", 0)
    try:
        yield Server(f"redis://{LOOPBACK}:{port}/0", child)
    finally:
        child.stop()


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
