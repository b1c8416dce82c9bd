"""The source partitions that this worker owns: loaded on assignment, fed by batches, checkpointed, dropped."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec
from faust.types import TP

from streams.engine import fence, keys, progress
from streams.engine.app import Pipeline, store_of
from streams.engine.fetching import Fetched
from streams.engine.metrics import Metrics
from streams.engine.outbox import Outbox
from streams.engine.position import Position, new_since
from streams.events.topics import DEAD_LETTERS, SEGMENT_PANES, SOURCE_TOPICS
from streams.kpis.measures import Measures
from streams.messages import DeadLetter, Watermark
from streams.panes import codec
from streams.panes.codec import Counts
from streams.panes.panes import Change
from streams.panes.partition import SourcePartition
from streams.panes.progress import Progress
from streams.segments.known import Traits

log = logging.getLogger("segpulse")

_encode = msgspec.json.Encoder().encode
_traits = msgspec.json.Decoder(Traits)


class Owned:
    """One source partition: its core, and what of its reading and writing the core need not know."""

    def __init__(self, core: SourcePartition, positions: dict[str, Position], unpublished: list[Change]) -> None:
        self.core = core
        self.positions = positions  # by topic
        self.unpublished = unpublished  # panes that the predecessor may not have sent on
        #: When each topic last had something new, by the monotonic clock. One that has nothing at all may be about to
        #: get its first, but not where a predecessor has waited for that.
        self.heard_at = dict.fromkeys(positions, time.monotonic() if core.is_first else -math.inf)
        self.published: tuple[int, dict[int, Counts]] | None = None  # the last watermark, and what was early then
        self.counted: Counter[tuple[str, str]] = Counter()  # what the metrics have of the core's own counts
        self.loaded_at = time.monotonic()
        self.reads_again = True  # what a predecessor had read

    def heard(self, topic: str, written: int | None, now: int | None) -> None:
        """Something new has come on `topic`, which Kafka got at `written` (ms); `now` (ms) is the wall clock."""
        ago = max(now - written, 0) / 1000 if now is not None and written is not None else 0.0
        self.heard_at[topic] = time.monotonic() - ago


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
        self._owned: dict[int, Owned] = {}
        self._caught_up = asyncio.Event()  # some partition, since the last `wait`

    def load(self, partition: int, begins: Mapping[str, int]) -> dict[TP, int]:
        """Begin with what the changelogs say of a source partition; return the offsets to read from.

        `begins`: the first offset that each source topic's log still has there.
        """
        held = dict(store_of(self._pipeline.panes).data.get(partition, {}))
        said = held.pop(progress.PROGRESS, None)
        come_to = progress.decode(said) if said is not None else None
        panes = {keys.parse_pane(key): value for key, value in held.items()}
        traits = {
            key.decode(): _traits.decode(value)
            for key, value in store_of(self._pipeline.traits).data.get(partition, {}).items()
        }
        core = SourcePartition(partition, self._settings, self._measures)
        core.load(panes, come_to, traits, begins)
        resume = {topic: come_to.resume.get(topic, 0) if come_to else 0 for topic in SOURCE_TOPICS}
        unpublished = []
        for key, value in sorted(panes.items()):
            if come_to is None or codec.head(value).watermark > come_to.watermark:
                snapshot = codec.decode(value)
                unpublished.append(Change(key, snapshot, value, tuple(snapshot.counts)))
        self._owned[partition] = Owned(core, {t: Position(offset) for t, offset in resume.items()}, unpublished)
        return {TP(topic, partition): offset for topic, offset in resume.items()}

    def drop_all(self) -> None:
        """Forget everything: the partitions are being given out anew."""
        self._owned.clear()
        self._pipeline.consumer.held = set()

    async def take(self, tp: TP, fetched: Fetched) -> None:
        """Take a fetched batch of one source topic partition."""
        owned = self._owned.get(tp.partition)
        if owned is None:
            return  # fetched before the partition was given away; its owner reads it again
        since = await new_since(self._pipeline.app, tp, owned.positions[tp.topic], fetched)
        if since == fetched.end:
            return
        offsets, values = fetched.columns(since)
        now, size = self._now(), self._settings.kafka.batch
        for first in range(0, len(values), size):
            batch = slice(first, first + size)
            owned.core.take(tp.topic, offsets[batch], values[batch], now)
        owned.heard(tp.topic, fetched.written, now)
        self._advance(tp.partition, owned)

    def _advance(self, partition: int, owned: Owned) -> None:
        owned.core.advance()
        self._hold_back(partition, owned)
        if owned.reads_again and owned.core.caught_up:
            owned.reads_again = False
            self._caught_up.set()
            took = time.monotonic() - owned.loaded_at
            log.info("partition %d: all read again that its last worker had read, in %.1f s", partition, took)

    def _hold_back(self, partition: int, owned: Owned) -> None:
        """Topics that are far ahead of the slowest wait for it in Kafka, not in memory."""
        held = {TP(topic, partition) for topic in owned.core.ahead()}
        consumer = self._pipeline.consumer
        consumer.held = {tp for tp in consumer.held if tp.partition != partition} | held

    def pass_time(self) -> None:
        """Topics that are read to their end and quiet move on by the wall clock."""
        now = self._now()
        quiet_since = time.monotonic() - self._settings.time.idle_after / 1000
        for partition, owned in self._owned.items():
            for topic, position in owned.positions.items():
                end: int | None = self._pipeline.app.consumer.highwater(TP(topic, partition))
                if end is None:
                    continue
                self._metrics.lag.labels(topic, str(partition)).set(max(end - position.expected, 0))
                if now is not None and end <= position.expected and owned.heard_at[topic] < quiet_since:
                    owned.core.pass_on(topic, now)
            self._advance(partition, owned)

    async def wait(self) -> None:
        """Return when it is time for the next `checkpoint`: after the interval, or when a partition has caught up."""
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._caught_up.wait(), self._settings.time.checkpoint / 1000)
        self._caught_up.clear()

    async def checkpoint(self) -> None:
        """Write what has changed since the last one, in the order in which a crash between any two steps is harmless.

        1. The panes to the changelog, and the dead letters. What is there a successor goes on from.
        2. When Kafka has all of it, the panes to segment_panes; a successor sends on again what may not have been. And
           the traits: before the panes, a successor would count events from before a trait as if it had held then.
        3. When Kafka has that, finer panes that went into coarser ones leave the changelog, and how far this has come;
           then the offsets to read from are committed.

        Where there are transactions (engine.fence), 1 to 3 are one, up to the offsets.
        """
        await asyncio.gather(*(self._checkpoint(partition, owned) for partition, owned in self._owned.items()))

    async def _checkpoint(self, partition: int, owned: Owned) -> None:
        if not owned.core.caught_up:
            return
        began = time.monotonic()
        taken = taken_from(owned.core, self._now())
        async with self._pipeline.fence.checkpoint(fence.of_source(partition)) as outbox:
            await self._write(outbox, partition, owned, taken)
        if self._owned.get(partition) is owned:
            await commit(self._pipeline.app, {TP(t, partition): o for t, o in taken.progress.resume.items()})
        self._tell(partition, owned, taken)
        self._metrics.checkpoint.observe(time.monotonic() - began)

    async def _write(self, outbox: Outbox, partition: int, owned: Owned, taken: Taken) -> None:
        panes, traits = self._pipeline.panes.changelog_topic_name, self._pipeline.traits.changelog_topic_name
        for letter in taken.dead_letters:
            await outbox.send(DEAD_LETTERS, letter.topic.encode(), _encode(letter))
        for change in taken.changes:
            if change.value is not None:
                await outbox.send(panes, keys.pane(change.key), change.value, partition)
        await outbox.settle()
        for visitor, known in taken.traits.items():
            await outbox.send(traits, visitor.encode(), _encode(known), partition)
        unpublished, owned.unpublished = owned.unpublished, []
        await self._publish(outbox, partition, [*unpublished, *taken.changes])
        await self._publish_watermark(outbox, partition, owned, (taken.progress.watermark, taken.early))
        await outbox.settle()
        for change in taken.changes:
            if change.value is None:
                await outbox.send(panes, keys.pane(change.key), None, partition)
        await outbox.send(panes, progress.PROGRESS, progress.encode(taken.progress), partition)

    async def _publish(self, outbox: Outbox, partition: int, changes: list[Change]) -> None:
        """The panes by dimension."""
        dimensions, partitions = self._settings.dimensions, self._settings.kafka.partitions
        for change in changes:
            parts = codec.by_dimension(change.snapshot) if change.snapshot is not None else {}
            for dimension in filter(dimensions.__contains__, change.dimensions):
                part = parts.get(dimension)
                key, value = keys.segment_pane(dimension, partition, change.key), None
                if part is not None:
                    value = codec.encode(part)
                await outbox.send(SEGMENT_PANES, key, value, keys.owner(dimension, partitions))

    async def _publish_watermark(
        self, outbox: Outbox, partition: int, owned: Owned, news: tuple[int, dict[int, Counts]]
    ) -> None:
        """After the panes: who reads it has read all panes before it."""
        if owned.published == news:
            return
        owned.published = watermark, early = news
        for dimension in self._settings.dimensions:
            said = Watermark(
                partition=partition,
                watermark=watermark,
                measures=list(self._measures.names),
                early={start: counts[dimension] for start, counts in early.items() if dimension in counts},
            )
            place = keys.owner(dimension, self._settings.kafka.partitions)
            await outbox.send(SEGMENT_PANES, keys.watermark(dimension, partition), codec.encode(said), place)

    def _now(self) -> int | None:
        return int(self._clock() * 1000) if self._settings.time.clock == "wall" else None

    def _tell(self, partition: int, owned: Owned, taken: Taken) -> None:
        """Bring the metrics up to date."""
        core, metrics = owned.core, self._metrics
        for metric, name, counts in (
            (metrics.events, "events", core.stats.events),
            (metrics.duplicates, "duplicates", core.stats.duplicates),
            (metrics.late, "late", core.stats.late),
            (metrics.overflow, "overflow", core.overflowed),
        ):
            for label, count in counts.items():
                metric.labels(label).inc(count - owned.counted[name, label])
                owned.counted[name, label] = count
        for letter in taken.dead_letters:
            metrics.dead_letters.labels(letter.reason).inc()
        metrics.watermark.labels(str(partition)).set(taken.progress.watermark / 1000)


class Taken(NamedTuple):
    """What a checkpoint writes of a source partition, as of one moment; the core goes on meanwhile."""

    changes: list[Change]
    progress: Progress
    dead_letters: list[DeadLetter]
    traits: dict[str, Traits]
    early: dict[int, Counts]


def taken_from(core: SourcePartition, now: int | None) -> Taken:
    """What `core` has to write now; it will not give it again. `now` (ms): the wall clock, where that tells time."""
    dead_letters, core.dead_letters = core.dead_letters, []
    early = core.early(now) if now is not None else {}
    return Taken(core.changes(), core.progress(), dead_letters, core.traits(), early)


async def commit(app: Any, offsets: dict[TP, int]) -> None:
    """Commit exactly these offsets: where a successor must begin to read.

    Faust commits what is acknowledged to it; nothing is, here. This is the one place that calls its consumer's own
    commit (a method of the Consumer interface that every transport has).
    """
    if offsets:  # of topics that are empty still there is nothing to commit, and aiokafka raises where it is told so
        await app.consumer._commit(offsets)
