"""Records on their way out: sent as they are put in, and waited for together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

from aiokafka import AIOKafkaProducer
from faust.types.transports import ProducerT


class Outbox:
    """What a checkpoint sends, step by step. `settle` returns when Kafka has acknowledged all of a step.

    Faust's own flush gives up after 100 ms; the futures of the sends do not.
    """

    def __init__(self, producer: ProducerT) -> None:
        self._producer = producer
        self._pending: list[Awaitable[Any]] = []

    async def send(self, topic: str, key: bytes, value: bytes | None, partition: int | None = None) -> None:
        """Send a record; None is a tombstone. Waits only while the producer's buffer is full."""
        self._pending.append(await self._producer.send(topic, key, value, partition, None, None))

    async def settle(self) -> None:
        """End a step: wait for all acknowledgements. Raises what the producer raised for the first that failed."""
        pending, self._pending = self._pending, []
        ends = await asyncio.gather(*pending, return_exceptions=True)
        for end in ends:
            if isinstance(end, BaseException):
                raise end


class Transaction(Outbox):
    """The same within a transaction of `producer`: its steps are there together or not at all; none is waited for."""

    def __init__(self, producer: AIOKafkaProducer) -> None:
        self._transactional = producer
        self._pending = []

    async def send(self, topic: str, key: bytes, value: bytes | None, partition: int | None = None) -> None:
        """See Outbox."""
        self._pending.append(await self._transactional.send(topic, value, key, partition))

    async def settle(self) -> None:
        """End a step: nothing to wait for."""

    async def acknowledged(self) -> None:
        """Wait for all acknowledgements, as `settle` does outside of a transaction."""
        await super().settle()

    def failures(self) -> list[BaseException]:
        """What is known by now of records that were not acknowledged."""
        done = [future for future in self._pending if isinstance(future, asyncio.Future) and future.done()]
        return [error for future in done if not future.cancelled() and (error := future.exception())]
