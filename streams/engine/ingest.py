"""The source partitions that this worker owns: loaded on assignment, fed by batches, checkpointed, dropped."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import time
from collections.abc import Callable, Mapping
from typing import Any

from faust.types import TP

from streams.engine import fence
from streams.engine.app import Pipeline, store_of
from streams.engine.erasing import erasing
from streams.engine.fetching import Fetched
from streams.engine.metrics import Metrics
from streams.engine.position import new_since
from streams.engine.source import Due, Held, Source, restored
from streams.engine.writing import Writing
from streams.events.topics import PROFILES
from streams.kpis.measures import Measures
from streams.panes.partition import SourcePartition

log = logging.getLogger("segpulse")

#: Those of a partition that change between two checkpoints, at most. One of many more, where events are few and far
#: between, would take longer than a transaction may.
_PANES = 250

_REST = 0.5  # of an interval, after a checkpoint of whatever length: events are to be read too


class Ingest:
    """All source partitions of this worker."""

    def __init__(
        self, pipeline: Pipeline, measures: Measures, metrics: Metrics, clock: Callable[[], float] = time.time
    ) -> None:
        self._pipeline = pipeline
        self._settings = pipeline.settings
        self._measures = measures
        self._metrics = metrics
        self._clock = clock
        self._writing = Writing(pipeline)
        self._erasing = erasing(pipeline.settings.dimensions)
        self._sources: dict[int, Source] = {}
        self._caught_up = asyncio.Event()  # some partition, since the last `wait`
        self._interval = pipeline.settings.time.checkpoint / 1000
        self._began = -math.inf  # the last checkpoint, by the monotonic clock

    def load(self, partition: int, begins: Mapping[str, int]) -> dict[TP, int]:
        """Begin with what the changelogs say of a source partition; return the offsets to read from.

        `begins`: the first offset that each source topic's log still has there.
        """
        tables = self._pipeline.panes, self._pipeline.traits, self._pipeline.history
        held = Held(*(store_of(table).data.get(partition, {}) for table in tables))
        core = SourcePartition(partition, self._settings, self._measures)
        source = restored(core, held, begins, self._settings.dimensions)
        self._sources[partition] = source
        if not core.is_first:
            for topic, begin in begins.items():
                self._miss(TP(topic, partition), begin - source.read.get(topic, -1) - 1)
        return {TP(topic, partition): position.expected for topic, position in source.positions.items()}

    def drop_all(self) -> None:
        """Forget everything: the partitions are being given out anew."""
        self._sources.clear()
        for gauge in (self._metrics.lag, self._metrics.watermark):
            gauge.clear()  # whose they are now tells them
        self._pipeline.consumer.held = set()

    @property
    def reads_again(self) -> bool:
        """Whether a partition's last worker had read more than has been read here, so that its scores stand still."""
        return any(source.reads_again for source in self._sources.values())

    async def take(self, tp: TP, fetched: Fetched) -> None:
        """Take a fetched batch of one source topic partition."""
        source = self._sources.get(tp.partition)
        if source is None:
            return  # fetched before the partition was given away; its owner reads it again
        position = source.positions[tp.topic]
        expected = position.expected
        since = await new_since(self._pipeline.app, tp, position, fetched)
        if since == fetched.end:
            return
        self._miss(tp, since - expected)
        offsets, values, got = fetched.columns(since, self._erasing if tp.topic == PROFILES else None)
        now, size = self._now(), self._settings.kafka.batch
        for first in range(0, len(values), size):
            batch = slice(first, first + size)
            source.core.take(tp.topic, offsets[batch], values[batch], now, got[batch])
        source.heard(tp.topic, fetched.written, now)
        self._advance(tp.partition, source)

    def _miss(self, tp: TP, records: int) -> None:
        """So many that nobody had read are gone; of profiles those that others have replaced."""
        if records > 0 and tp.topic != PROFILES:
            self._metrics.expired.labels(tp.topic).inc(records)
            why = "its retention is too short for how long no worker has read it"
            log.warning("%s, partition %d: %d records had expired before they were read: %s", *tp, records, why)

    def _advance(self, partition: int, source: Source) -> None:
        source.core.advance(_PANES)
        self._hold_back(partition, source)
        if source.reads_again and source.core.caught_up:
            source.reads_again = False
            self._caught_up.set()
            took = time.monotonic() - source.loaded_at
            log.info("partition %d: all read again that its last worker had read, in %.1f s", partition, took)

    def _hold_back(self, partition: int, source: Source) -> None:
        """Topics that are far ahead of the slowest wait for it in Kafka, not in memory."""
        held = {TP(topic, partition) for topic in source.core.ahead()}
        consumer = self._pipeline.consumer
        consumer.held = {tp for tp in consumer.held if tp.partition != partition} | held

    def pass_time(self) -> None:
        """Topics that are read to their end and quiet move on by the wall clock. Raises LostRecordsError."""
        now = self._now()
        quiet_since = time.monotonic() - self._settings.time.idle_after / 1000
        for partition, source in self._sources.items():
            for topic, position in source.positions.items():
                end: int | None = self._pipeline.app.consumer.highwater(TP(topic, partition))
                if end is None:
                    continue
                source.check_end(topic, end)
                self._metrics.lag.labels(topic, str(partition)).set(max(end - position.expected, 0))
                if now is not None and end <= position.expected and source.heard_at[topic] < quiet_since:
                    source.core.pass_on(topic, now)
            self._advance(partition, source)

    async def wait(self) -> None:
        """Return when it is time for the next `checkpoint`: an interval after the last began, or when a partition has
        caught up."""
        left = max(self._began + self._interval - time.monotonic(), _REST * self._interval)
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._caught_up.wait(), left)
        self._caught_up.clear()

    async def turn(self) -> None:
        """Look at the time, then make a checkpoint."""
        self.pass_time()
        await self.checkpoint()

    async def checkpoint(self) -> None:
        """Write what has changed since the last one, and commit the offsets to read from."""
        self._began = time.monotonic()
        await asyncio.gather(*(self._checkpoint(partition, source) for partition, source in self._sources.items()))

    async def _checkpoint(self, partition: int, source: Source) -> None:
        if self._sources.get(partition) is not source or not source.core.caught_up:
            return
        began = time.monotonic()
        due = source.take_due(self._now())
        news = due.progress.watermark, due.early
        async with self._pipeline.fence.checkpoint(fence.of_source(partition)) as outbox:
            await self._writing.write(outbox, partition, due, news=news != source.published)
        source.published = news
        if self._sources.get(partition) is source:
            await commit(self._pipeline.app, {TP(t, partition): o for t, o in due.progress.resume.items()})
        self._tell(partition, source, due)
        self._metrics.checkpoint.observe(time.monotonic() - began)

    def _now(self) -> int | None:
        return int(self._clock() * 1000) if self._settings.time.clock == "wall" else None

    def _tell(self, partition: int, source: Source, due: Due) -> None:
        """Bring the metrics up to date."""
        core, metrics = source.core, self._metrics
        for metric, name, counts in (
            (metrics.events, "events", core.stats.events),
            (metrics.duplicates, "duplicates", core.stats.duplicates),
            (metrics.late, "late", core.stats.late),
            (metrics.overflow, "overflow", core.stats.overflowed),
        ):
            for label, count in counts.items():
                metric.labels(label).inc(count - source.counted[name, label])
                source.counted[name, label] = count
        for letter in due.dead_letters:
            metrics.dead_letters.labels(letter.reason).inc()
        metrics.watermark.labels(str(partition)).set(due.progress.watermark / 1000)


async def commit(app: Any, offsets: dict[TP, int]) -> None:
    """Commit exactly these offsets: where a successor must begin to read.

    Faust commits what is acknowledged to it; nothing is, here. This is the one place that calls its consumer's own
    commit (a method of the Consumer interface that every transport has).
    """
    if offsets:  # of topics that are empty still there is nothing to commit, and aiokafka raises where it is told so
        await app.consumer._commit(offsets)
