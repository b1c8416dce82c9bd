"""Apache Kafka itself, from its jars: what the tests and the benchmark run against."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from streams.tools.local.servers import LOOPBACK, Server, ServerError, free_port, kafka_answers, start

JARS = Path(".cache") / "kafka"  # below the project's folder; .ci/run fetches them
_PATIENCE = 20.0  # seconds to close its logs in
_CLUSTER = "MkU3OEVBNTcwNTJENDM2Qk"


def kafka_version(jars: Path = JARS) -> str | None:
    """The version of the jars; None where there are none."""
    found = sorted(jars.glob("kafka_2.13-*.jar"))
    return found[-1].stem.removeprefix("kafka_2.13-") if found else None


@contextmanager
def apache_kafka(
    folder: Path, jars: Path = JARS, heap: str = "512m", properties: Mapping[str, object] | None = None
) -> Iterator[Server]:
    """One broker in KRaft mode with its data in `folder`; `properties` lie over ours. Raises ServerError.

    `child.kill()` and `child.start()` are a crash and what follows it. `heap` is Java's largest (-Xmx).
    """
    java = shutil.which("java")
    if java is None:
        raise ServerError("java is not installed: apt-get install default-jre-headless")
    if kafka_version(jars) is None:
        raise ServerError(f"Apache Kafka is not in {jars}: .ci/run fetches it")
    program = [java, "-Xms128m", f"-Xmx{heap}", "-XX:TieredStopAtLevel=1", "-cp", f"{jars.absolute()}/*"]

    def argv(port: int) -> list[str]:
        file = folder / f"server-{port}.properties"
        lines = {**_properties(port, folder / f"data-{port}"), **(properties or {})}
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(f"{key}={value}\n" for key, value in lines.items()), "utf-8")
        storage = ["kafka.tools.StorageTool", "format", "--cluster-id", _CLUSTER, "--config", str(file)]
        done = subprocess.run([*program, *storage], capture_output=True, text=True, check=False)  # noqa: S603 (ours)
        if done.returncode:
            raise ServerError(f"Apache Kafka's storage cannot be made: {done.stdout}{done.stderr}".strip())
        return [*program, "kafka.Kafka", str(file)]

    child, port = start("Apache Kafka", argv, kafka_answers, folder / "kafka.log", 0)
    try:
        yield Server(f"{LOOPBACK}:{port}", child)
    finally:
        child.stop(patience=_PATIENCE)


def _properties(port: int, data: Path) -> dict[str, object]:
    controller = free_port()
    return {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": f"1@{LOOPBACK}:{controller}",
        "listeners": f"PLAINTEXT://{LOOPBACK}:{port},CONTROLLER://{LOOPBACK}:{controller}",
        "advertised.listeners": f"PLAINTEXT://{LOOPBACK}:{port}",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        "log.dirs": data,
        "auto.create.topics.enable": "false",  # a topic that nobody declared is a mistake
        "offsets.topic.replication.factor": 1,
        "offsets.topic.num.partitions": 4,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "group.initial.rebalance.delay.ms": 0,
    }
