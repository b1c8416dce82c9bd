"""How many events a second worker processes count from full topics."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec

from streams.tools.bench.counting import watched
from streams.tools.bench.fill import Filled
from streams.tools.bench.stand import Stand
from streams.tools.bench.workers import started

FULL = "all on"


class Throughput(msgspec.Struct, kw_only=True):
    """What so many worker processes did."""

    workers: int
    full: bool = False  # with all that can be turned on
    events: int  # in the topics
    counted: int  # by the workers' own counters; more than `events` only where a partition moved between workers
    events_per_second: float
    seconds: float  # the span that this is over
    seconds_from_start: float  # from the start of the processes on: with imports and joining
    cpu_seconds_per_million_events: float  # over the span, of all workers, with all that they do
    peak_resident_mb: float  # of the largest worker, ever


def throughput(stand: Stand, filled: Filled, config: Path, workers: int, *, full: bool = False) -> Throughput:
    """Start workers on topics that are full and closed, and measure until everything is counted and checkpointed.

    The rate is all events over the whole span. It begins when the first worker has its partitions, their state loaded
    and nothing read yet. It ends when all is counted, its panes and progress acknowledged by Kafka and the offsets
    committed (seen within 0.1 s). In it are fetching, decoding, checks, dedupe, sessions, segments, panes, scoring,
    publishing, all checkpoints and the wait of up to a second for the last one (time.checkpoint). Not in it is waiting
    for the clock: every topic ends with a heartbeat, so no partition has to count as idle first, and nothing waits for
    the lateness.

    There is no rate of a "steady" middle: events are read and decoded long before the watermark lets them be counted,
    so between two looks at the counters there is more or less work than the events counted say.
    """
    stand.new_run()
    began = time.time()
    name = f"throughput-{workers}{'-full' if full else ''}"
    with started(stand, name, config, workers) as running:
        samples = list(watched(running, filled, f"throughput, workers: {workers}"))
        loaded, peak = running.began(), running.peak_resident()
    last = samples[-1]
    before = [sample for sample in samples if sample.at <= loaded] or samples[:1]
    seconds = last.at - loaded
    return Throughput(
        workers=workers,
        full=full,
        events=filled.events,
        counted=last.events,
        events_per_second=round(filled.events / seconds, 1),
        seconds=round(seconds, 3),
        seconds_from_start=round(last.at - began, 3),
        cpu_seconds_per_million_events=round((last.cpu - before[-1].cpu) / filled.events * 1e6, 3),
        peak_resident_mb=round(peak / 1e6, 1),
    )
