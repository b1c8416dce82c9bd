"""What scores take elsewhere: `python -m tests.deploy.sizing [SEGMENTS]` measures the table of docs/sizing.md.

So many segments (50) with all KPIs over four windows are put on Kafka, as a scorer does; then it is looked at what the
consumers, Redis and Prometheus hold of them.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import orjson
import redis

from streams.kpis.catalogue import catalogue
from streams.messages import SegmentScores
from streams.settings import Settings
from streams.tools.local.processes import Child
from streams.tools.local.servers import LOOPBACK, embedded_broker, free_port
from tests import servers
from tests.consumers.samples import Scorer, cell, scores
from tests.deploy import configured

WINDOWS = ("5m", "1h", "24h", "7d")
_PATIENCE = 120.0  # seconds


def made(number: int) -> SegmentScores:
    """A segment with a figure of its own in each field, as real ones have."""
    now = int(time.time() * 1000)
    cells = [
        cell(
            kpi,
            window,
            **{
                name: 1.0 + (number * 31 + place) / 7919
                for place, name in enumerate(("value", "rest", "shrunk", "low", "high"))
            },
            numerator=number * 17 + 3,
            denominator=number * 171 + 411,
            index=80 + number / 7,
            probability_better=number / 311,
            needs_days=number / 13,
        )
        for kpi in catalogue(Settings())
        for window in WINDOWS
    ]
    return scores(f"value-{number}", now, cells)


def measure(folder: Path, segments: int) -> Iterator[tuple[str, float]]:
    """What, and how much of it."""
    every = [made(number) for number in range(segments)]
    cells = len(every[0].cells)
    yield "cells of a segment", cells
    sizes = [len(orjson.dumps(msgspec.to_builtins(segment))) for segment in every]
    yield "bytes of a segment's scores", sum(sizes) / segments
    with ExitStack() as stack:
        broker = stack.enter_context(embedded_broker(folder, port=0)).address
        url = stack.enter_context(servers.redis_server(folder)).address
        client = stack.enter_context(redis.Redis.from_url(url, decode_responses=True))
        empty = client.info("memory")["used_memory"]
        scorer = Scorer(broker)
        scorer.say(*every)
        children, port = {}, free_port()
        for name in ("redis", "prometheus", "board"):
            children[name] = stack.enter_context(_consumer(folder, name, broker, url, port))
        _until(lambda: client.scard("segpulse:segments") == segments)
        used = client.info("memory")["used_memory"] - empty
        yield "bytes in Redis by cell", used / segments / cells
        yield "fields in Redis by cell", client.hlen("segpulse:score:tier:value-7") / cells
        with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/metrics", timeout=60) as answer:
            yield "kB of a scrape by cell", len(answer.read()) / segments / cells / 1000
        yield "CPU ms of it by cell", _cpu_of_a_scrape(port, children["prometheus"]) * 1000 / segments / cells
        for name, child in children.items():
            yield f"consume {name}: MB", _resident(child) / 1e6
        config = configured.prometheus(folder, f"{LOOPBACK}:{port}")
        text = config.read_text("utf-8").replace("scrape_interval: 1s", "scrape_interval: 30s")
        config.write_text(
            text, "utf-8"
        )  # its worker and its scores are both the one address: all series are there twice
        prometheus = stack.enter_context(servers.prometheus(folder, config))
        _until(lambda: _series(prometheus.address) > 0)
        time.sleep(45)
        series = _series(prometheus.address)
        yield "series by cell", series / 2 / segments / cells
        yield "Prometheus: kB by series", _resident(prometheus.child) / series / 1000
        scorer.close()


@contextmanager
def _consumer(folder: Path, name: str, broker: str, url: str, port: int) -> Iterator[Child]:
    environ = {
        "SEGPULSE_KAFKA_BROKER": broker,
        "SEGPULSE_REDIS_URL": url,
        "SEGPULSE_REDIS_HEALTH_PORT": "0",
        "SEGPULSE_BOARD_PORT": str(free_port()),
        "SEGPULSE_PROMETHEUS_PORT": str(port),
    }
    child = Child(name, [sys.executable, "-m", "segpulse", "consume", name], folder / f"{name}.log", environ)
    with child:
        yield child


def _cpu_of_a_scrape(port: int, child: Child) -> float:
    """Seconds."""
    before = _cpu(child)
    with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/metrics", timeout=60) as answer:
        answer.read()
    return _cpu(child) - before


def _cpu(child: Child) -> float:
    fields = Path(f"/proc/{child.pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident(child: Child) -> float:
    """Bytes."""
    (line,) = (text for text in Path(f"/proc/{child.pid}/status").read_text().splitlines() if text.startswith("VmRSS:"))
    return float(line.split()[1]) * 1024


def _series(prometheus: str) -> float:
    query = f"{prometheus}/api/v1/query?query=count(%7B__name__%3D~%22segpulse_segment_.%2B%22%7D)"
    with urllib.request.urlopen(query, timeout=30) as answer:
        found: list[Any] = json.load(answer)["data"]["result"]
    return float(found[0]["value"][1]) if found else 0.0


def _until(condition: Any) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.5)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        for what, figure in measure(Path(name), int(sys.argv[1]) if sys.argv[1:] else 50):
            print(f"{what:40}{figure:12,.2f}", flush=True)
