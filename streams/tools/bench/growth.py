"""How the cost of an event grows with the number of segments and of dimensions, in process, without Kafka."""

from __future__ import annotations

import time
from collections.abc import Mapping

import msgspec
import numpy as np
import orjson

from streams.events.topics import HEARTBEAT, PROFILES, SOURCE_TOPICS
from streams.kpis.catalogue import catalogue
from streams.kpis.measures import Measures
from streams.panes.partition import SourcePartition
from streams.settings import Dimension, Settings
from streams.tools.bench import audience
from streams.tools.bench.events import JITTER, MIX, Draft, drafts, events
from streams.tools.bench.progress import bar

BATCH = 20_000  # records of a fetched batch
SEGMENTS = (10, 100, 1_000)
DIMENSIONS = (1, 4, 8, 12)
_USUAL = 10  # values of a dimension
_DENSITY = 5_000.0  # events a second of event time
_START = 1_767_225_600_000  # ms

Log = dict[str, list[bytes]]  # topic -> values


class Growth(msgspec.Struct, kw_only=True):
    """The cost of an event with so many dimensions, the largest with so many segments."""

    dimensions: int
    largest: int
    events: int
    cpu_us_per_event: float  # decode to panes, checkpoints' snapshots made but not sent


def growth(events_each: int, visitors: int, seed: int) -> list[Growth]:
    """Six dimensions with 10, 100 and 1,000 segments in the largest; then 1, 4, 8 and 12 of ten segments each."""
    shapes = [{**_dimensions(5), "large": largest} for largest in SEGMENTS]
    shapes += [_dimensions(count) for count in DIMENSIONS]
    pool = drafts(visitors, seed)
    costs = []
    with bar("growth", len(shapes)) as tell:
        for traits in shapes:
            costs.append(measure(traits, pool, events_each, visitors, seed))
            tell(len(costs))
    return costs


def _dimensions(count: int) -> dict[str, int]:
    return {f"trait_{number}": _USUAL for number in range(count)}


def measure(traits: Mapping[str, int], pool: list[Draft], count: int, visitors: int, seed: int) -> Growth:
    """A new source partition of these traits' dimensions (name -> values), whose CPU time is taken once it is warm."""
    dimensions = {name: Dimension(trait=name, max_values=max(200, values)) for name, values in traits.items()}
    settings = Settings(dimensions=dimensions)
    core = SourcePartition(0, settings, Measures(catalogue(settings).values()))
    core.load({}, None, {}, {}, {}, {})
    offsets = dict.fromkeys(SOURCE_TOPICS, 0)
    people = audience.profiles(visitors, seed, _START - 3_600_000, traits)
    _take(core, offsets, {PROFILES: [profile.value for profile in people]})
    batches = -(-count // BATCH)
    # Before that long, less is counted than is taken: events wait for the watermark.
    warm = 1 + int((settings.time.lateness + JITTER) / 1000 * _DENSITY) // BATCH
    spent = 0.0
    for number in range(warm + batches):
        log, last = _batch(pool, seed, number)
        before = time.process_time()
        _take(core, offsets, log)
        core.advance()
        if core.caught_up:  # as at a checkpoint
            core.changes()
            core.openings()
            core.shards()
            core.traits()
            core.progress()
        spent += time.process_time() - before if number >= warm else 0.0
        beat = orjson.dumps({"event": HEARTBEAT, "timestamp": last})
        _take(core, offsets, {topic: [beat] for topic in SOURCE_TOPICS})
    assert not core.dead_letters, core.dead_letters[0]
    measured = batches * BATCH
    cost = round(spent / measured * 1e6, 3)
    return Growth(dimensions=len(traits), largest=max(traits.values()), events=measured, cpu_us_per_event=cost)


def _batch(pool: list[Draft], seed: int, number: int) -> tuple[Log, int]:
    """A batch's values by topic, and the event time (ms) that it comes to."""
    start = _START + number * BATCH / _DENSITY * 1000.0
    log: Log = {topic: [] for topic in MIX}
    for event in events(pool, seed, number, BATCH, start, _DENSITY):
        log[event.topic].append(event.value)
    return log, int(start + BATCH / _DENSITY * 1000.0)


def _take(core: SourcePartition, offsets: dict[str, int], log: Log) -> None:
    for topic, values in log.items():
        core.take(topic, np.arange(offsets[topic], offsets[topic] + len(values)), values)
        offsets[topic] += len(values)
