"""Whether a worker's memory stays flat over many events."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np

from streams.tools.bench.counting import watched
from streams.tools.bench.fill import Filled
from streams.tools.bench.stand import Stand
from streams.tools.bench.workers import Sample, started

EVENTS = 50_000_000
_EVERY = 2.0  # seconds between samples


class Memory(msgspec.Struct, kw_only=True):
    """What one worker had in memory; MB are 1,000,000 bytes."""

    events: int
    peak_resident_mb: float
    slope_mb_per_million_events: float  # of a straight line through the second half of the events; flat: about 0
    events_per_second: float  # over all of it
    samples: list[tuple[int, float]]  # events counted, MB resident


def memory(stand: Stand, filled: Filled, config: Path) -> Memory:
    """One worker on topics that are full and closed, its resident memory looked at every two seconds."""
    stand.new_run()
    with started(stand, "memory", config) as running:
        samples = [each for each in watched(running, filled, "memory", _EVERY) if each.events]
        peak = running.peak_resident()
    seconds = samples[-1].at - samples[0].at
    counted = samples[-1].events - samples[0].events
    return Memory(
        events=filled.events,
        peak_resident_mb=round(peak / 1e6, 1),
        slope_mb_per_million_events=round(slope(samples), 3),
        events_per_second=round(counted / seconds, 1) if seconds else 0.0,
        samples=[(each.events, round(each.resident / 1e6, 1)) for each in samples],
    )


def slope(samples: list[Sample]) -> float:
    """MB per million events, over the second half of the events; 0 where there are fewer than two samples of it."""
    half = [each for each in samples if each.events * 2 >= samples[-1].events]
    events = np.array([each.events / 1e6 for each in half])
    if len(half) < 2 or np.ptp(events) == 0:
        return 0.0
    return float(np.polyfit(events, [each.resident / 1e6 for each in half], 1)[0])
