"""The measurements that were asked for, one after the other, each with what it needs and nothing beside it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import NamedTuple

from streams.settings import Time
from streams.tools.bench import settings
from streams.tools.bench.fill import Fill, Filled
from streams.tools.bench.growth import growth
from streams.tools.bench.latency import latency
from streams.tools.bench.machine import machine
from streams.tools.bench.memory import EVENTS as MEMORY_EVENTS
from streams.tools.bench.memory import memory
from streams.tools.bench.peers.run import peers
from streams.tools.bench.progress import bar
from streams.tools.bench.redis_writes import SHAPES, redis_writes
from streams.tools.bench.report import Report, ratios
from streams.tools.bench.stand import PARTITIONS, Stand, a_redis, stand
from streams.tools.bench.task import Task
from streams.tools.bench.throughput import throughput
from streams.tools.bench.tick import tick_seconds
from streams.tools.files.source import closing
from streams.tools.sending.progress import shown

EVENTS = 2_000_000
_FILLED_WITHIN = 3_600.0  # seconds
_GROWTH_EVENTS, _GROWTH_VISITORS = 200_000, 20_000
_TICKS = ((1_000, 6, 10), (10_000, 20, 5))  # segments, KPIs, ticks


class Options(NamedTuple):
    """What was asked for."""

    only: tuple[str, ...]
    peers: bool
    peer_seconds: float
    broker: str | None
    redis: str | None
    events: int | None
    visitors: int
    density: float  # events a second of event time
    seed: int
    workers: int
    full: bool
    rate: float  # latency: events a second
    seconds: float


def measure(options: Options, folder: Path) -> Report:
    """All of it. Raises BenchError, ServerError, TopicsError."""
    report = Report(machine=machine(None))
    if "growth" in options.only:  # before there is a broker, which would take its share of the machine
        events = min(options.events or _GROWTH_EVENTS, _GROWTH_EVENTS)
        report.growth = growth(events, min(options.visitors, _GROWTH_VISITORS), options.seed)
    if "tick" in options.only:
        report.tick = [tick_seconds(*shape) for shape in shown(_TICKS, "ticks", len(_TICKS))]
    if "redis" in options.only:
        with a_redis(folder / "redis", options.redis) as address:
            report.redis = [redis_writes(address, folder / "redis", *shape) for shape in SHAPES]
    if options.peers or {"throughput", "latency", "memory"} & set(options.only):
        with stand(folder, options.broker, options.redis) as made:
            report.machine = machine(made.kafka)
            _with_servers(options, made, report)
    report.ratios = ratios(report.throughput, report.peers)
    return report


def _with_servers(options: Options, made: Stand, report: Report) -> None:
    config = settings.write(made.folder / "segpulse.toml")
    if "throughput" in options.only or options.peers:
        report.load = _fill(options, made, options.events or EVENTS)
        if "throughput" in options.only:
            counts = sorted({1, options.workers})
            report.throughput = [throughput(made, report.load, config, workers) for workers in counts]
            if options.full:
                everything = settings.write(made.folder / "full.toml", full=True)
                report.throughput.append(throughput(made, report.load, everything, 1, full=True))
        if options.peers:
            report.peers = peers(made, report.load, options.peer_seconds)
    if "latency" in options.only:
        report.latency = latency(
            made,
            settings.write(made.folder / "latency.toml", campaign=True),
            visitors=options.visitors,
            seed=options.seed,
            rate=options.rate,
            seconds=options.seconds,
        )
    if "memory" in options.only:  # last: its load is another
        report.memory = memory(made, _fill(options, made, options.events or MEMORY_EVENTS), config)


def _fill(options: Options, made: Stand, events: int) -> Filled:
    """New topics, filled and closed; the last event is of about now."""
    made.new_topics()
    now, times = int(time.time() * 1000), Time()
    spec = Fill(
        broker=made.broker,
        partitions=PARTITIONS,
        events=events,
        visitors=options.visitors,
        seed=options.seed,
        density=options.density,
        until=now,
        closes=closing(now, times.tick) + times.lateness,  # as a replay ends: to the tick after the last event
    )
    with bar("filling the topics", events) as tell, Task("fill", spec, made.folder) as task:
        return task.wait(Filled, tell, _FILLED_WITHIN)
