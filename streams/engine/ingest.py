"""The source partitions that this worker owns: loaded on assignment, fed by batches, checkpointed, dropped."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec
from faust.types import TP

from streams.engine import keys
from streams.engine.app import PROGRESS, Pipeline, store_of
from streams.engine.batching import Raw
from streams.engine.changelog import Log
from streams.engine.metrics import Metrics
from streams.engine.outbox import Outbox
from streams.engine.position import Position, new_records
from streams.events.topics import DEAD_LETTERS, SEGMENT_PANES, SOURCE_TOPICS
from streams.kpis.measures import Measures
from streams.messages import DeadLetter, Watermark
from streams.panes import codec
from streams.panes.panes import Change
from streams.panes.partition import Progress, SourcePartition
from streams.segments.visitors import Traits

log = logging.getLogger("segpulse")

_encode = msgspec.json.Encoder().encode
_progress = msgspec.json.Decoder(Progress)
_traits = msgspec.json.Decoder(Traits)


class Owned:
    """One source partition: its core, and what of its reading and writing the core need not know."""

    def __init__(self, core: SourcePartition, positions: dict[str, Position], unpublished: list[Change]) -> None:
        self.core = core
        self.positions = positions  # by topic
        self.unpublished = unpublished  # panes that the predecessor may not have sent on
        self.read_at = dict.fromkeys(positions, time.monotonic())  # when each topic last had something new
        self.watermark: int | None = None  # as last published
        self.counted: Counter[tuple[str, str]] = Counter()  # what the metrics have of the core's own counts


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

    async def load(self, partition: int, log_of: Log) -> dict[TP, int]:
        """Begin with what the changelogs say of a source partition; return the offsets to read from."""
        held = dict(store_of(self._pipeline.panes).data.get(partition, {}))
        said = held.pop(PROGRESS, None)
        progress = _progress.decode(said) if said is not None else None
        panes = {keys.parse_pane(key): value for key, value in held.items()}
        traits = {
            key.decode(): _traits.decode(value)
            for key, value in store_of(self._pipeline.traits).data.get(partition, {}).items()
        }
        begins = await log_of.begins([TP(topic, partition) for topic in SOURCE_TOPICS])
        core = SourcePartition(partition, self._settings, self._measures)
        core.load(panes, progress, traits, {tp.topic: offset for tp, offset in begins.items()})
        resume = {topic: progress.resume.get(topic, 0) if progress else 0 for topic in SOURCE_TOPICS}
        unpublished = []
        for key, value in sorted(panes.items()):
            snapshot = codec.decode(value)
            if progress is None or snapshot.watermark > progress.watermark:
                unpublished.append(Change(key, snapshot, value, tuple(snapshot.counts)))
        self._owned[partition] = Owned(core, {t: Position(offset) for t, offset in resume.items()}, unpublished)
        return {TP(topic, partition): offset for topic, offset in resume.items()}

    def drop_all(self) -> None:
        """Forget everything: the partitions are being given out anew."""
        self._owned.clear()

    async def take(self, tp: TP, records: Sequence[Raw]) -> None:
        """Take a fetched batch of one source topic partition."""
        owned = self._owned.get(tp.partition)
        if owned is None:
            return  # fetched before the partition was given away; its owner reads it again
        position = owned.positions[tp.topic]
        new = await new_records(self._pipeline.app, tp, position, records)
        if new:
            owned.read_at[tp.topic] = time.monotonic()
            owned.core.take(tp.topic, [(record.offset, record.value) for record in new], self._now())
            owned.core.advance()

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
                if now is not None and end <= position.expected and owned.read_at[topic] < quiet_since:
                    owned.core.pass_on(topic, now)
            owned.core.advance()

    async def checkpoint(self) -> None:
        """Write what has changed since the last one, in the order in which a crash between any two steps is harmless.

        1. The panes to the changelog, and the dead letters. What is there a successor goes on from.
        2. When Kafka has all of it, the panes to segment_panes; a successor sends on again what may not have been. And
           the traits: before the panes, a successor would count events from before a trait as if it had held then.
        3. When Kafka has that, finer panes that went into coarser ones leave the changelog, and how far this has come;
           then the offsets to read from are committed.
        """
        for partition, owned in list(self._owned.items()):
            if owned.core.caught_up:
                began = time.monotonic()
                await self._write(partition, owned, taken_from(owned.core))
                self._metrics.checkpoint.observe(time.monotonic() - began)

    async def _write(self, partition: int, owned: Owned, taken: Taken) -> None:
        outbox = Outbox(self._pipeline.app.producer)
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
        await self._publish_watermark(outbox, partition, owned, taken.progress.watermark)
        await outbox.settle()
        for change in taken.changes:
            if change.value is None:
                await outbox.send(panes, keys.pane(change.key), None, partition)
        await outbox.send(panes, PROGRESS, _encode(taken.progress), partition)
        await outbox.settle()
        if self._owned.get(partition) is owned:
            await commit(self._pipeline.app, {TP(t, partition): o for t, o in taken.progress.resume.items()})
        self._tell(partition, owned, taken)

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

    async def _publish_watermark(self, outbox: Outbox, partition: int, owned: Owned, watermark: int) -> None:
        """After the panes: who reads it has read all panes before it."""
        if owned.watermark == watermark:
            return
        owned.watermark = watermark
        said = codec.encode(Watermark(partition=partition, watermark=watermark))
        for dimension in self._settings.dimensions:
            place = keys.owner(dimension, self._settings.kafka.partitions)
            await outbox.send(SEGMENT_PANES, keys.watermark(dimension, partition), said, place)

    def _now(self) -> int | None:
        return int(self._clock() * 1000) if self._settings.time.clock == "wall" else None

    def _tell(self, partition: int, owned: Owned, taken: Taken) -> None:
        """Bring the metrics up to date."""
        core, metrics = owned.core, self._metrics
        for metric, name, counts in (
            (metrics.events, "events", core.events),
            (metrics.duplicates, "duplicates", core.duplicates),
            (metrics.late, "late", core.late),
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


def taken_from(core: SourcePartition) -> Taken:
    """What `core` has to write now; it will not give it again."""
    dead_letters, core.dead_letters = core.dead_letters, []
    return Taken(core.changes(), core.progress(), dead_letters, core.traits())


async def commit(app: Any, offsets: dict[TP, int]) -> None:
    """Commit exactly these offsets: where a successor must begin to read.

    Faust commits what is acknowledged to it; nothing is, here. This is the one place that calls its consumer's own
    commit (a method of the Consumer interface that every transport has).
    """
    if offsets:  # of a partition that has never had a record there is nothing to commit, and aiokafka minds
        await app.consumer._commit(offsets)
