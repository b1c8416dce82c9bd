"""Records on their way out: sent as they are put in, and waited for together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

from faust.types.transports import ProducerT


class Outbox:
    """What one step of a checkpoint sends. `settle` returns when Kafka has acknowledged all of it.

    Faust's own flush gives up after 100 ms; the futures of the sends do not.
    """

    def __init__(self, producer: ProducerT) -> None:
        self._producer = producer
        self._pending: list[Awaitable[Any]] = []

    async def send(self, topic: str, key: bytes, value: bytes | None, partition: int | None = None) -> None:
        """Send a record; None is a tombstone. Waits only while the producer's buffer is full."""
        self._pending.append(await self._producer.send(topic, key, value, partition, None, None))

    async def settle(self) -> None:
        """Wait for all acknowledgements. Raises what the producer raised for the first that failed."""
        pending, self._pending = self._pending, []
        if pending:
            await asyncio.gather(*pending)
