"""Worker processes as they are in production, and what their /metrics say of them."""

from __future__ import annotations

import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from prometheus_client.parser import text_string_to_metric_families

from streams.tools.bench.errors import BenchError
from streams.tools.bench.events import MIX
from streams.tools.bench.stand import APP, PARTITIONS, Stand
from streams.tools.local.processes import Child
from streams.tools.local.servers import LOOPBACK, free_port


class Sample(NamedTuple):
    """All workers together, at one moment."""

    at: float  # s since the epoch
    events: int  # counted, of the topics of events
    cpu: float  # s, of all processes since their start
    resident: int  # bytes, of all processes
    watermark: float  # s: event time that has been counted and checkpointed in every partition; 0: not in every one


class Workers:
    """Started workers."""

    def __init__(self, children: Mapping[int, Child]) -> None:
        """`children` by the port of their metrics."""
        self._children = children

    def sample(self) -> Sample:
        """Ask all of them. Raises BenchError where one has ended or begun again."""
        texts = [self._metrics(port, child) for port, child in self._children.items()]
        at = time.time()
        told = [_Metrics(text) for text in texts if text is not None]
        reached: dict[str, float] = {}
        for each in told:  # a partition may have moved from one to another
            for partition, watermark in each.watermarks.items():
                reached[partition] = max(watermark, reached.get(partition, 0.0))
        return Sample(
            at=at,
            events=sum(each.events for each in told),
            cpu=sum(each.cpu for each in told),
            resident=int(sum(each.resident for each in told)),
            watermark=min(reached.values()) if len(reached) == PARTITIONS else 0.0,
        )

    def began(self) -> float:
        """When (s since the epoch) the first of them had its partitions and began to read, by its log.

        Raises BenchError where a worker never had any.
        """
        return min(_loaded(child) for child in self._children.values())

    def peak_resident(self) -> int:
        """Bytes: the most that any one of them has had in memory at any time (VmHWM of Linux)."""
        return max(_high_water(child.pid) for child in self._children.values())

    def _metrics(self, port: int, child: Child) -> str | None:
        """None: it does not answer yet."""
        if not child.running:
            raise BenchError("\n    ".join([f"{child.name} ended; its log ends:", *child.last_lines()]))
        if any("beginning again" in line for line in child.last_lines(50)):
            raise BenchError("\n    ".join([f"{child.name} failed and began again:", *child.last_lines()]))
        try:
            with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/metrics", timeout=10) as answer:
                return str(answer.read().decode())
        except (urllib.error.URLError, OSError):
            return None


class _Metrics:
    """One worker's metrics."""

    def __init__(self, text: str) -> None:
        self.events, self.cpu, self.resident = 0, 0.0, 0.0
        self.watermarks: dict[str, float] = {}  # by partition
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                if sample.name == "segpulse_events_total" and sample.labels["topic"] in MIX:
                    self.events += int(sample.value)
                elif sample.name == "segpulse_watermark_timestamp_seconds":
                    self.watermarks[sample.labels["partition"]] = sample.value
                elif sample.name == "process_cpu_seconds_total":
                    self.cpu = sample.value
                elif sample.name == "process_resident_memory_bytes":
                    self.resident = sample.value


@contextmanager
def started(stand: Stand, name: str, config: Path, workers: int = 1) -> Iterator[Workers]:
    """Start `workers` of them, as the consumer group of the run `name`; stop them at the end."""
    with ExitStack() as stack:
        children = {}
        for number in range(workers):
            port = free_port()
            label = f"{name}-worker-{number}"
            environ = environment(stand, name, config) | {"SEGPULSE_WORKER_PORT": str(port)}
            children[port] = stack.enter_context(segpulse(label, stand.folder, environ, "worker"))
        yield Workers(children)


def segpulse(label: str, folder: Path, environ: Mapping[str, str], *arguments: str) -> Child:
    """A segpulse command as a child process, not yet started; its log is in `folder`."""
    return Child(label, [sys.executable, "-m", "segpulse", *arguments], folder / f"{label}.log", environ)


def environment(stand: Stand, name: str, config: Path) -> dict[str, str]:
    """The settings of a run's processes: those of `config`, with addresses and names of its own."""
    return {
        "SEGPULSE_CONFIG": str(config),
        "SEGPULSE_KAFKA_BROKER": stand.broker,
        "SEGPULSE_KAFKA_SECURITY": "plaintext",
        "SEGPULSE_KAFKA_APP_ID": f"{APP}-{name}",
        "SEGPULSE_KAFKA_PARTITIONS": str(PARTITIONS),
        "SEGPULSE_REDIS_URL": stand.redis,
        "SEGPULSE_REDIS_HEALTH_PORT": "0",
        "SEGPULSE_WORKER_HOST": LOOPBACK,
        "APP_DATADIR": str(stand.folder / "faust"),
        "PYTHONUNBUFFERED": "1",
    }


def _loaded(child: Child) -> float:
    with child.log.open(encoding="utf-8") as lines:
        for line in lines:
            if line.rstrip().endswith(": state loaded") and "partitions []" not in line:
                return datetime.strptime(line[:23], "%Y-%m-%d %H:%M:%S,%f").timestamp()
    raise BenchError(f"{child.name} was given no partition: it has shared nothing; see its log (--keep FOLDER)")


def _high_water(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    except OSError:
        raise BenchError("memory is read from /proc: run this on Linux") from None
    (line,) = (line for line in lines if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024  # it is given in kB
