"""Records to Kafka: all of a request acknowledged by all in-sync replicas, within a time, or the sender is told so."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from kafka import KafkaProducer
from kafka.errors import KafkaError

from streams.serving import Health
from streams.settings import Kafka
from streams.tools import topics
from streams.tools.sending.acknowledged import Keyed, send_all_acknowledged
from streams.tools.sending.producer import open_producer

R = TypeVar("R")
log = logging.getLogger("segpulse.ingest")
THREADS = 64  # requests that wait for acknowledgements beside each other; kafka-python blocks
LINGER_MS = 5
LOOK_EVERY_S = 5.0
RETRY_EVERY_S = 1.0


class AwayError(Exception):
    """Kafka does not acknowledge now; the message says why."""


class Delivery:
    """A producer while Kafka is there.

    One that Kafka did not answer in time is given up: what it still held is not sent later, behind the back of a sender
    that was told to come again.
    """

    def __init__(self, kafka: Kafka, within: int, health: Health, told: Callable[[bool], None]) -> None:
        """`within`: ms until Kafka must have acknowledged. `health` hears of each look at Kafka, `told` whether it is
        there, when that changes."""
        self._kafka, self._within, self._health, self._told = kafka, within, health, told
        self._threads = ThreadPoolExecutor(THREADS, "ingest")
        self._producer: KafkaProducer | None = None
        self._why = "not connected yet"

    async def keep_connected(self) -> None:
        """Connect, look now and then whether Kafka is still there, and connect again; until cancelled."""
        while True:
            producer = self._producer
            self._health.turn()
            try:
                if producer is None:
                    self._came(await self._in_thread(self._open))
                else:
                    await self._in_thread(topics.check_counts, self._kafka)
            except (topics.TopicsError, KafkaError, OSError) as error:
                self._lost(producer, error)
            await asyncio.sleep(RETRY_EVERY_S if self._producer is None else LOOK_EVERY_S)

    async def deliver(self, records: Sequence[Keyed]) -> None:
        """Return when Kafka has acknowledged all `records`. Raises AwayError; then some may have come through."""
        producer = self._producer
        if producer is None:
            raise AwayError(self._why)
        try:
            seconds = self._within / 1000
            await self._in_thread(send_all_acknowledged, producer, records, self._kafka.partitions, seconds)
        except KafkaError as error:
            self._lost(producer, error)
            raise AwayError(self._why) from None

    async def close(self) -> None:
        """Leave; nothing is sent any more."""
        if self._producer is not None:
            await self._in_thread(_close, self._producer, self._within)
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _open(self) -> KafkaProducer:
        return open_producer(
            self._kafka,
            0.0,
            enable_idempotence=True,
            linger_ms=LINGER_MS,
            delivery_timeout_ms=self._within,
            request_timeout_ms=(self._within - LINGER_MS) // 2,  # room for a second try, at the next leader
            max_block_ms=self._within,
        )

    def _came(self, producer: KafkaProducer) -> None:
        self._producer = producer
        self._health.ready()
        self._told(True)
        log.info("ingest: connected to kafka at %s", self._kafka.broker)

    def _lost(self, producer: KafkaProducer | None, error: Exception) -> None:
        """Give `producer` up, unless somebody has already."""
        why = str(error) or type(error).__name__
        if producer is not self._producer:
            return
        if producer is not None or why != self._why:
            log.warning("ingest: no acknowledgement from kafka at %s: %s; trying again", self._kafka.broker, why)
        self._producer, self._why = None, why
        self._health.lacks("kafka does not answer")  # without a word on the brokers, which are nobody's business
        self._told(False)
        if producer is not None:
            self._threads.submit(_close, producer, self._within)

    async def _in_thread(self, function: Callable[..., R], *arguments: object) -> R:
        return await asyncio.get_running_loop().run_in_executor(self._threads, function, *arguments)


def _close(producer: KafkaProducer, within: int) -> None:
    with contextlib.suppress(KafkaError):
        producer.close(timeout=within / 1000 + 1.0)  # by then all it holds has come through or expired
