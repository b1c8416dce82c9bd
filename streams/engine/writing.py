"""What a checkpoint of a source partition writes, in the order in which a crash between any two steps is harmless.

1. The panes to the changelog, where sessions were opened, and the dead letters. What is there a successor goes on from.
2. When Kafka has all of it, the panes to segment_panes; a successor sends on again what may not have been. And the
   traits, and the shards of visitors' history: before the panes, a successor would count events from before a trait as
   if it had held then, and judge an event by a history that has the event itself. So it would where sessions began.
3. When Kafka has that, finer panes that went into coarser ones leave the changelog, and old openings, and how far this
   has come; then the offsets to read from are committed, by who calls this.

Where there are transactions (engine.fence), 1 to 3 are one, up to the offsets. What is too large for a record goes as
parts (engine.large).
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from streams.engine import keys, progress
from streams.engine.app import Pipeline
from streams.engine.large import Parting
from streams.engine.outbox import Outbox
from streams.engine.source import Due
from streams.events.mark import Mark
from streams.events.topics import DEAD_LETTERS, SEGMENT_PANES, VISITOR_SEGMENTS
from streams.messages import Watermark
from streams.panes import codec
from streams.panes.panes import Change

_encode = msgspec.json.Encoder().encode


class Writing:
    """Writes what is due of source partitions."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._panes = pipeline.panes.changelog_topic_name
        self._traits = pipeline.traits.changelog_topic_name
        self._history = pipeline.history.changelog_topic_name
        self._dimensions = pipeline.settings.dimensions
        self._partitions = pipeline.settings.kafka.partitions

    async def write(self, outbox: Outbox, partition: int, due: Due, *, news: bool) -> None:
        """See the module. Of `news` is whether the watermark or the early counts are others than were last written."""
        seen, parting = Mark(due.progress.watermark, due.progress.offsets), due.parting
        for letter in due.dead_letters:
            await outbox.send(DEAD_LETTERS, letter.topic.encode(), _encode(letter))
        for change in due.changes:
            if change.value is not None:
                await _put(
                    outbox, self._panes, parting.panes.records(keys.pane(change.key), change.value, seen), partition
                )
        for name, told in due.openings.items():
            if told is not None:
                await _put(outbox, self._panes, parting.panes.records(keys.openings(name), told, seen), partition)
        await outbox.settle()
        for visitor, known in due.traits.items():
            await outbox.send(self._traits, visitor.encode(), _encode(known), partition)
        for shard, packed in due.shards.items():
            await _put(outbox, self._history, parting.history.records(keys.shard(shard), packed, seen), partition)
        for visitor, placed in due.placed.items():
            await outbox.send(VISITOR_SEGMENTS, visitor.encode(), _encode(placed), partition)
        for change in (*due.unpublished, *due.changes):
            await self._publish(outbox, partition, change, parting.segment_panes, seen)
        if news:
            await self._publish_watermark(outbox, partition, due, seen)
        await outbox.settle()
        for change in due.changes:
            if change.value is None:
                await _put(outbox, self._panes, parting.panes.records(keys.pane(change.key), None, seen), partition)
        for name, told in due.openings.items():
            if told is None:
                await _put(outbox, self._panes, parting.panes.records(keys.openings(name), None, seen), partition)
        come_to = parting.panes.records(progress.PROGRESS, progress.encode(due.progress), seen)
        await _put(outbox, self._panes, come_to, partition)

    async def _publish(self, outbox: Outbox, partition: int, change: Change, parting: Parting, seen: Mark) -> None:
        """A pane by dimension."""
        parts = codec.by_dimension(change.snapshot) if change.snapshot is not None else {}
        for dimension in filter(self._dimensions.__contains__, change.dimensions):
            part = parts.get(dimension)
            key, value = keys.segment_pane(dimension, partition, change.key), None
            if part is not None:
                value = codec.encode(part)
            places = keys.readers(dimension, self._dimensions, self._partitions)
            await _put(outbox, SEGMENT_PANES, parting.records(key, value, seen), *places)

    async def _publish_watermark(self, outbox: Outbox, partition: int, due: Due, seen: Mark) -> None:
        """After the panes: who reads it has read all panes before it."""
        for dimension in self._dimensions:
            said = Watermark(
                partition=partition,
                watermark=due.progress.watermark,
                measures=due.early.measures,
                early={start: counts[dimension] for start, counts in due.early.panes.items() if dimension in counts},
            )
            key, place = keys.watermark(dimension, partition), keys.owner(dimension, self._partitions)
            await _put(outbox, SEGMENT_PANES, due.parting.segment_panes.records(key, codec.encode(said), seen), place)


async def _put(outbox: Outbox, topic: str, records: Iterable[tuple[bytes, bytes | None]], *places: int) -> None:
    """Send each record to each of these partitions."""
    for key, value in records:
        for place in places:
            await outbox.send(topic, key, value, place)
