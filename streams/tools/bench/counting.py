"""Watching workers until they have counted everything that is in the topics."""

from __future__ import annotations

import time
from collections.abc import Iterator

from streams.tools.bench.errors import BenchError
from streams.tools.bench.fill import Filled
from streams.tools.bench.progress import bar
from streams.tools.bench.workers import Sample, Workers

_STALLED = 180.0  # seconds without anything new until it is given up


def watched(workers: Workers, filled: Filled, what: str, every: float = 0.1) -> Iterator[Sample]:
    """A sample every so many seconds; the last is of when all is counted and checkpointed.

    That is: the counters have come to the number of events, and the watermark of the last checkpoint of every source
    partition has passed the last event. The worker tells that watermark once Kafka has acknowledged the panes, the
    progress and the committed offsets. Raises BenchError where nothing moves any more.
    """
    best, since = 0, time.monotonic()
    with bar(what, filled.events) as tell:
        while True:
            sample = workers.sample()
            tell(sample.events)
            yield sample
            if sample.events >= filled.events and sample.watermark * 1000 > filled.last:
                return
            if sample.events > best:
                best, since = sample.events, time.monotonic()
            if time.monotonic() - since > _STALLED:
                raise BenchError(
                    f"{what}: {sample.events:,} of {filled.events:,} events are counted, and no more for "
                    f"{_STALLED:.0f} s: see the workers' logs (--keep FOLDER keeps them)"
                )
            time.sleep(every)
