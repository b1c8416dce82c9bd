"""How many events a second worker processes count from full topics."""

from __future__ import annotations

from pathlib import Path

import msgspec

from streams.tools.bench.counting import watched
from streams.tools.bench.errors import BenchError
from streams.tools.bench.fill import Filled
from streams.tools.bench.stand import Stand
from streams.tools.bench.workers import Sample, started


class Throughput(msgspec.Struct, kw_only=True):
    """What so many worker processes did."""

    workers: int
    events: int  # in the topics
    counted: int  # by the workers' own counters; more than `events` only where a partition moved between workers
    events_per_second: float
    seconds: float  # the span that this is taken over
    seconds_from_start: float  # from the start of the process to all counted: with imports, joining, loading
    cpu_seconds_per_million_events: float  # over the same span, of all workers, their fetching included
    peak_resident_mb: float  # of the largest worker, ever


def throughput(stand: Stand, filled: Filled, config: Path, workers: int) -> Throughput:
    """Start workers on topics that are full and closed, and measure until everything is counted and checkpointed.

    The span begins when every worker has first told of counted events (these do not count: only what was counted after
    that moment is divided by the time after it) and ends when all is counted, its panes acknowledged by Kafka and the
    offsets committed. It holds fetching, decoding, checks, dedupe, sessions, segments, panes, checkpoints, scoring and
    the publishing of scores. It holds no waiting: every topic ends with a heartbeat, so nothing has to wait until a
    partition counts as idle or the clock has passed the lateness. Where everything was counted between two looks (very
    few events), the span begins at the last look before.
    """
    stand.new_run()
    name = f"throughput-{workers}"
    with started(stand, name, config, workers) as running:
        samples = list(watched(running, filled, f"throughput, workers: {workers}"))
        peak = running.peak_resident()
    first, last = _span(samples, workers)
    counted, seconds = last.events - first.events, last.at - first.at
    if counted <= 0:
        raise BenchError(f"throughput: too few events ({filled.events:,}) to measure: give more, --events")
    return Throughput(
        workers=workers,
        events=filled.events,
        counted=last.events,
        events_per_second=round(counted / seconds, 1),
        seconds=round(seconds, 3),
        seconds_from_start=round(last.at - samples[0].at, 3),
        cpu_seconds_per_million_events=round((last.cpu - first.cpu) / counted * 1e6, 3),
        peak_resident_mb=round(peak / 1e6, 1),
    )


def _span(samples: list[Sample], workers: int) -> tuple[Sample, Sample]:
    last = samples[-1]
    counting = [sample for sample in samples if sample.working == workers and sample.events < last.events]
    before = [sample for sample in samples if sample.events < last.events]
    return (counting[0] if counting else before[-1] if before else last), last
