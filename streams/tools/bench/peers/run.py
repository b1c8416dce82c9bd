"""Runs the peers, one after the other, on topics that are full."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from streams.tools.bench.events import MIX
from streams.tools.bench.fill import Filled
from streams.tools.bench.peers.peer import Job, Rate
from streams.tools.bench.progress import bar
from streams.tools.bench.stand import APP, Stand
from streams.tools.bench.task import Task

BARE = "bare loop, tuned"
QUIX = "Quix Streams"
_START = 120.0  # seconds that a peer may need before its first event, and to end after its last
_FEW = 20_000  # events: enough of who does some hundreds a second


class _Kind(NamedTuple):
    module: str
    does: str
    topics: tuple[str, ...]
    backoff_ms: int | None = None
    few: bool = False


_EVENTS = tuple(MIX)
PEERS: Mapping[str, _Kind] = {
    BARE: _Kind("peers.bare", "orjson, a dict by campaign; fetch.queue.backoff.ms=10", _EVENTS, 10),
    "bare loop": _Kind("peers.bare", "the same, librdkafka's defaults", _EVENTS),
    QUIX: _Kind("peers.quix", "tumbling 10 s, count by visitor", _EVENTS[:1]),
    "Faust, tutorial": _Kind("peers.faust_tutorial", "tumbling 10 s, count by visitor", _EVENTS[:1], few=True),
}


class Peer(msgspec.Struct, kw_only=True):
    """What a peer did."""

    name: str
    does: str
    version: str
    events: int
    seconds: float
    events_per_second: float
    cpu_seconds_per_million_events: float  # imports and start too


def peers(stand: Stand, filled: Filled, seconds: float) -> list[Peer]:
    """Each peer for `seconds` at most; Quix Streams only where it can be installed (Python 3.11 or later)."""
    return [
        _run(stand, filled, name, kind, seconds)
        for name, kind in PEERS.items()
        if name != QUIX or sys.version_info >= (3, 11)
    ]


def _run(stand: Stand, filled: Filled, name: str, kind: _Kind, seconds: float) -> Peer:
    there = sum(filled.by_topic[topic] for topic in kind.topics)
    group = f"{APP}-{kind.module.rpartition('.')[2]}-{kind.backoff_ms}"
    job = Job(
        broker=stand.broker,
        topics=list(kind.topics),
        group=group,
        folder=str(stand.folder / group),
        events=min(there, _FEW) if kind.few else there,
        seconds=seconds,
        backoff_ms=kind.backoff_ms,
    )
    with bar(name, job.events) as tell, Task(kind.module, job, stand.folder) as task:
        rate = task.wait(Rate, tell, _START + seconds)
    return Peer(
        name=name,
        does=kind.does,
        version=rate.version,
        events=rate.events,
        seconds=rate.seconds,
        events_per_second=round(rate.events / rate.seconds, 1) if rate.seconds else 0.0,
        cpu_seconds_per_million_events=round(rate.cpu_seconds / rate.events * 1e6, 3) if rate.events else 0.0,
    )
