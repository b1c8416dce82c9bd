"""Reading changelogs to their verified end: Faust's word for it that a table is restored is checked, not believed."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition
from faust.types import TP

from streams.engine.fetching import Fetched
from streams.engine.store import PartitionStore

log = logging.getLogger("segpulse")

_PAUSE = 300  # ms without a record after which there is none


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

    async def complete(self, stores: Mapping[str, PartitionStore], partitions: Iterable[int]) -> None:
        """Read what these stores (by changelog topic) have not of their changelogs' partitions.

        The end is the log's own at this moment, and then whatever still comes: nobody else writes to it, and some
        brokers' word for their end is too low by a batch.
        """
        tps = [TopicPartition(topic, partition) for topic in stores for partition in partitions]
        if not tps:
            return
        ends, begins = await self._consumer.end_offsets(tps), await self._consumer.beginning_offsets(tps)
        self._consumer.assign(tps)
        for tp in tps:
            self._consumer.seek(tp, max(stores[tp.topic].read.get(tp.partition, -1) + 1, begins[tp]))
        read: Counter[TopicPartition] = Counter()
        more = True
        while more or await self._short_of(ends):
            fetched = await self._consumer.getmany(timeout_ms=_PAUSE)
            more = bool(fetched)
            for tp, batch in fetched.items():
                stores[tp.topic].apply(tp.partition, Fetched(batch[0].offset, batch[-1].offset + 1, batch, None))
                read[tp] += len(batch)
        self._consumer.unsubscribe()
        for tp, records in read.items():
            log.info("%s/%s: read %s records that its recovery had left out", tp.topic, tp.partition, records)

    async def _short_of(self, ends: Mapping[TopicPartition, int]) -> bool:
        return any([await self._consumer.position(tp) < end for tp, end in ends.items()])


def _plain(offsets: Mapping[TopicPartition, int]) -> dict[TP, int]:
    return {TP(tp.topic, tp.partition): offset for tp, offset in offsets.items()}
