"""Reading changelogs to their verified end: Faust's word for it that a table is restored is checked, not believed."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition
from faust.types import TP

from streams.engine.batching import Raw
from streams.engine.store import PartitionStore

log = logging.getLogger("segpulse")


class Log:
    """Looks at topic partitions beside Faust's consumer: where they begin and end, and what is in them."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer

    async def ends(self, tps: list[TP]) -> dict[TP, int]:
        """The offset after each log's last record."""
        return _plain(await self._consumer.end_offsets([TopicPartition(*tp) for tp in tps]))

    async def begins(self, tps: list[TP]) -> dict[TP, int]:
        """The offset of each log's first record."""
        return _plain(await self._consumer.beginning_offsets([TopicPartition(*tp) for tp in tps]))

    async def complete(self, store: PartitionStore, topic: str, partition: int) -> int:
        """Read what the store has not of its changelog's partition; return how many records that were.

        The end is the log's own at this moment: nobody else writes to it, its writer is the one who asks.
        """
        tp = TopicPartition(topic, partition)
        (end,) = (await self._consumer.end_offsets([tp])).values()
        (begin,) = (await self._consumer.beginning_offsets([tp])).values()
        start = max(store.read.get(partition, -1) + 1, begin)
        if start >= end:
            return 0
        self._consumer.assign([tp])
        self._consumer.seek(tp, start)
        records = 0
        while await self._consumer.position(tp) < end:
            batch = (await self._consumer.getmany(tp, timeout_ms=1000)).get(tp, [])
            store.apply(partition, [Raw(record.offset, record.key, record.value) for record in batch])
            records += len(batch)
        self._consumer.unsubscribe()
        log.info("%s/%s: read %s records that its recovery had left out", topic, partition, records)
        return records


def _plain(offsets: Mapping[TopicPartition, int]) -> dict[TP, int]:
    return {TP(tp.topic, tp.partition): offset for tp, offset in offsets.items()}
