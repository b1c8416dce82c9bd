"""Apache Kafka itself, from its jars, one broker or several: what the tests and the benchmark run against."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from streams.tools.local.servers import LOOPBACK, Server, ServerError, free_port, kafka_answers, start

JARS = Path(".cache") / "kafka"  # below the project's folder; .ci/run fetches them
_PATIENCE = 20.0  # seconds to close its logs in
_CLUSTER = "MkU3OEVBNTcwNTJENDM2Qk"


def kafka_version(jars: Path = JARS) -> str | None:
    """The version of the jars; None where there are none."""
    found = sorted(jars.glob("kafka_2.13-*.jar"))
    return found[-1].stem.removeprefix("kafka_2.13-") if found else None


class KafkaNode(NamedTuple):
    """A broker that is a controller too."""

    number: int
    port: int
    controller: int  # port


@contextmanager
def apache_kafka(
    folder: Path, jars: Path = JARS, heap: str = "512m", properties: Mapping[str, object] | None = None
) -> Iterator[Server]:
    """One broker in KRaft mode with its data in `folder`; `properties` lie over ours. Raises ServerError.

    `child.kill()` and `child.start()` are a crash and what follows it. `heap` is Java's largest (-Xmx).
    """

    def argv(port: int) -> list[str]:
        return kafka_broker(folder, [KafkaNode(1, port, free_port())], 0, jars, heap, properties)

    child, port = start("Apache Kafka", argv, kafka_answers, folder / "kafka.log", 0)
    try:
        yield Server(f"{LOOPBACK}:{port}", child)
    finally:
        child.stop(patience=_PATIENCE)


def kafka_broker(
    folder: Path,
    nodes: Sequence[KafkaNode],
    at: int,
    jars: Path = JARS,
    heap: str = "512m",
    properties: Mapping[str, object] | None = None,
) -> list[str]:
    """The command of `nodes[at]` of a cluster of all `nodes`, with its storage formatted in `folder`.

    Whatever has several copies has one on each node, and takes a write when all but one have it. Raises ServerError.
    """
    java = shutil.which("java")
    if java is None:
        raise ServerError("java is not installed: apt-get install default-jre-headless")
    if kafka_version(jars) is None:
        raise ServerError(f"Apache Kafka is not in {jars}: .ci/run fetches it")
    program = [java, "-Xms128m", f"-Xmx{heap}", "-XX:TieredStopAtLevel=1", "-cp", f"{jars.absolute()}/*"]
    node = nodes[at]
    file = folder / f"server-{node.port}.properties"
    lines = {**_properties(nodes, node, folder / f"data-{node.port}"), **(properties or {})}
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(f"{key}={value}\n" for key, value in lines.items()), "utf-8")
    storage = ["kafka.tools.StorageTool", "format", "--cluster-id", _CLUSTER, "--config", str(file)]
    done = subprocess.run([*program, *storage], capture_output=True, text=True, check=False)  # noqa: S603 (ours)
    if done.returncode:
        raise ServerError(f"Apache Kafka's storage cannot be made: {done.stdout}{done.stderr}".strip())
    return [*program, "kafka.Kafka", str(file)]


def _properties(nodes: Sequence[KafkaNode], node: KafkaNode, data: Path) -> dict[str, object]:
    copies, in_sync = len(nodes), max(1, len(nodes) - 1)
    return {
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
