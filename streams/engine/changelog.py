"""Reading changelogs to their verified end, beside Faust, which is told that there is nothing to restore."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Iterable, Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition
from faust.types import TP

from streams.engine.fetching import Fetched
from streams.engine.store import PartitionStore
from streams.security.kafka import client_options
from streams.settings import Kafka

_PAUSE = 300  # ms without a record after which there is none
_BACK = 64  # offsets before a log's end in which its last record is looked for first
_FETCH = 4 * 1024 * 1024  # bytes


class Log:
    """Looks at topic partitions beside Faust's consumer: where they begin and end, and what is in them.

    What is not committed is not there: a log's end is where its oldest open transaction begins.
    """

    def __init__(self, kafka: Kafka, progress: Callable[[], None] = lambda: None) -> None:
        self._kafka = kafka
        self._progress = progress  # called whenever something has come

    @contextlib.asynccontextmanager
    async def _reader(self, parts: list[TopicPartition]) -> AsyncIterator[AIOKafkaConsumer]:
        # One a task: aiokafka's consumer cannot be stopped for sure when it was assigned twice or unsubscribed, for
        # its fetcher takes its own cancellation for that of a fetch. Assigned before anything is asked: of topics that
        # it has not heard of it learns one by one, with a pause of 100 ms before each.
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._kafka.broker,
            **client_options(self._kafka),
            enable_auto_commit=False,
            isolation_level="read_committed",
            max_partition_fetch_bytes=_FETCH,
            fetch_max_wait_ms=20,  # other questions to the broker wait behind a fetch
        )
        await consumer.start()
        try:
            consumer.assign(parts)
            yield consumer
        finally:
            await consumer.stop()

    async def begins(self, tps: Iterable[TP]) -> dict[TP, int]:
        """The offset of each log's first record."""
        parts = [TopicPartition(*tp) for tp in tps]
        if not parts:
            return {}
        async with self._reader(parts) as reader:
            begins: Mapping[TopicPartition, int] = await reader.beginning_offsets(parts)
            return {TP(part.topic, part.partition): offset for part, offset in begins.items()}

    async def after_last(self, tp: TP) -> int:
        """The offset after the last record of the log. Its end may lie further on: Kafka's own marks take offsets."""
        part = TopicPartition(*tp)
        async with self._reader([part]) as reader:
            begin = (await reader.beginning_offsets([part]))[part]
            end = (await reader.end_offsets([part]))[part]
            back = _BACK
            while True:
                since, last = max(end - back, begin), None
                reader.seek(part, since)
                while await reader.position(part) < end:
                    for record in (await reader.getmany(timeout_ms=_PAUSE)).get(part, ()):
                        last = record.offset if record.offset < end else last
                    self._progress()
                if last is not None:
                    return int(last) + 1
                if since == begin:
                    return int(begin)
                back *= 16

    async def complete(self, stores: Mapping[str, PartitionStore], partitions: Iterable[int]) -> None:
        """Read what these stores (by changelog topic) have not of their changelogs' partitions.

        The end is the log's own at this moment, and then whatever still comes: nobody else writes to it, and some
        brokers' word for their end is too low by a batch.
        """
        tps = [TopicPartition(topic, partition) for topic in stores for partition in partitions]
        if not tps:
            return
        async with self._reader(tps) as reader:
            ends, begins = await reader.end_offsets(tps), await reader.beginning_offsets(tps)
            for tp in tps:
                reader.seek(tp, max(stores[tp.topic].read.get(tp.partition, -1) + 1, begins[tp]))
            more = True
            while more or any([await reader.position(tp) < end for tp, end in ends.items()]):
                fetched = await reader.getmany(timeout_ms=_PAUSE)
                more = bool(fetched)
                for tp, batch in fetched.items():
                    stores[tp.topic].apply(tp.partition, Fetched(batch[0].offset, batch[-1].offset + 1, [batch], None))
                    self._progress()
