"""Three brokers of Apache Kafka, each of which can be killed and started again."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from kafka.admin import KafkaAdminClient

from streams.tools.local.processes import Child
from streams.tools.local.servers import LOOPBACK, free_port, kafka_answers
from tests import servers

_STARTED_WITHIN = 90.0  # seconds


class Cluster:
    """Brokers, all of them controllers too: a majority of them goes on."""

    def __init__(self, ports: Sequence[int], brokers: Sequence[Child]) -> None:
        self.brokers = brokers
        self._ports = ports
        self.address = ",".join(f"{LOOPBACK}:{port}" for port in ports)

    def wait_until_up(self) -> None:
        """Until every broker that runs answers."""
        until = time.monotonic() + _STARTED_WITHIN
        for port, broker in zip(self._ports, self.brokers, strict=True):
            while broker.running and not kafka_answers(port):
                assert time.monotonic() < until, broker.last_lines()
                time.sleep(0.2)

    def wait_until_whole(self) -> None:
        """Until every copy of every partition is in step with its leader."""
        self.wait_until_up()  # one that has just gone may still count as in step
        until = time.monotonic() + _STARTED_WITHIN
        admin = KafkaAdminClient(bootstrap_servers=self.address.split(","))
        try:
            while missing := self._out_of_step(admin):
                assert time.monotonic() < until, missing[:5]
                time.sleep(0.3)
        finally:
            admin.close()

    def _out_of_step(self, admin: KafkaAdminClient) -> list[str]:
        return [
            f"{topic['name']}/{partition['partition_index']}: {partition['isr_nodes']}"
            for topic in admin.describe_topics()
            for partition in topic["partitions"]
            if len(partition["isr_nodes"]) < len(self.brokers)
        ]


@contextmanager
def cluster(folder: Path, size: int = 3) -> Iterator[Cluster]:
    """Brokers that keep a copy of everything each, with min.insync.replicas one less."""
    ports = _different_ports(2 * size)
    nodes = [servers.KafkaNode(n + 1, ports[n], ports[size + n]) for n in range(size)]
    with ExitStack() as stack:
        brokers = []
        for at in range(size):
            argv = servers.kafka_broker(folder, nodes, at)
            broker = Child(f"broker {at + 1}", argv, folder / f"kafka-{at + 1}.log")
            broker.start()
            stack.callback(broker.stop, patience=0.1)  # the last ones would wait for a majority
            brokers.append(broker)
        started = Cluster(ports[:size], brokers)
        started.wait_until_up()
        yield started


def _different_ports(count: int) -> list[int]:
    ports: set[int] = set()
    while len(ports) < count:
        ports.add(free_port())
    return sorted(ports)
