"""The source partitions that this worker owns: loaded on assignment, fed by batches, checkpointed, dropped."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from faust.types import TP

from streams.engine import keys
from streams.engine.app import PROGRESS, Pipeline, store_of
from streams.engine.batching import Raw
from streams.engine.changelog import Log
from streams.engine.metrics import Metrics
from streams.engine.outbox import Outbox
from streams.engine.position import Position
from streams.events.topics import DEAD_LETTERS, SEGMENT_PANES, SOURCE_TOPICS
from streams.kpis.measures import Measures
from streams.messages import Watermark
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
        for key, value in panes.items():
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
        new = position.take(records)
        if new is None:
            await self._pipeline.app.consumer.seek(tp, position.expected)
            return
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

        1. the panes and traits to the changelogs, the panes to segment_panes, the dead letters;
        2. when Kafka has all of it: how far this has come;
        3. when Kafka has that: the offsets to read from.
        """
        for partition, owned in list(self._owned.items()):
            if not owned.core.caught_up:
                continue
            began = time.monotonic()
            # From here to the last `await` nothing of the core is looked at any more: it goes on meanwhile.
            core, changes, progress = owned.core, owned.core.changes(), owned.core.progress()
            dead_letters, core.dead_letters = core.dead_letters, []
            traits = core.traits()
            outbox = Outbox(self._pipeline.app.producer)
            for change in changes:
                await outbox.send(
                    self._pipeline.panes.changelog_topic_name, keys.pane(change.key), change.value, partition
                )
            for visitor, known in traits.items():
                await outbox.send(
                    self._pipeline.traits.changelog_topic_name, visitor.encode(), _encode(known), partition
                )
            for letter in dead_letters:
                await outbox.send(DEAD_LETTERS, letter.topic.encode(), _encode(letter))
            await self._publish(outbox, partition, owned, changes, progress.watermark)
            await outbox.settle()
            await outbox.send(self._pipeline.panes.changelog_topic_name, PROGRESS, _encode(progress), partition)
            await outbox.settle()
            if self._owned.get(partition) is owned:
                await commit(self._pipeline.app, {TP(t, partition): o for t, o in progress.resume.items()})
            self._tell(partition, owned, Counter(letter.reason for letter in dead_letters), progress.watermark)
            self._metrics.checkpoint.observe(time.monotonic() - began)

    async def _publish(
        self, outbox: Outbox, partition: int, owned: Owned, changes: list[Change], watermark: int
    ) -> None:
        """The panes by dimension, then the watermark: who reads it has read all panes before it."""
        topic, partitions = SEGMENT_PANES, self._settings.kafka.partitions
        unpublished, owned.unpublished = owned.unpublished, []
        for change in (*unpublished, *changes):
            parts = codec.by_dimension(change.snapshot) if change.snapshot is not None else {}
            for dimension in change.dimensions:
                if dimension in self._settings.dimensions:
                    part = parts.get(dimension)
                    await outbox.send(
                        topic,
                        keys.segment_pane(dimension, partition, change.key),
                        codec.encode(part) if part is not None else None,
                        keys.owner(dimension, partitions),
                    )
        if owned.watermark != watermark:
            owned.watermark = watermark
            said = codec.encode(Watermark(partition=partition, watermark=watermark))
            for dimension in self._settings.dimensions:
                await outbox.send(topic, keys.watermark(dimension, partition), said, keys.owner(dimension, partitions))

    def _now(self) -> int | None:
        return int(self._clock() * 1000) if self._settings.time.clock == "wall" else None

    def _tell(self, partition: int, owned: Owned, dead: Counter[Any], watermark: int) -> None:
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
        for reason, count in dead.items():
            metrics.dead_letters.labels(reason).inc(count)
        metrics.watermark.labels(str(partition)).set(watermark / 1000)


async def commit(app: Any, offsets: dict[TP, int]) -> None:
    """Commit exactly these offsets: where a successor must begin to read.

    Faust commits what is acknowledged to it; nothing is, here. This is the one place that calls its consumer's own
    commit (a method of the Consumer interface that every transport has).
    """
    await app.consumer._commit(offsets)
