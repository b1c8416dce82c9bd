"""Faust's consumer, changed in six places.

It hands over what is fetched as it is (engine.fetching), but for the partitions that are held back.

It reads what is committed: nothing of a checkpoint that a worker did not live to end. (Faust ties this to an
exactly-once mode of its own. aiokafka takes the isolation level from the attribute when it starts.)

And it tells Faust's table recovery that all changelogs are read to their ends. The engine reads them itself, to an end
that it has checked (engine.changelog); Faust would wait for the offset before a log's end, where Kafka keeps a mark of
its own at the end of each transaction, and no record ever comes.

It does not remember how far it has handed things over: the engine's own positions do (engine.position), and where
these go back for a batch, Faust would drop it as known.

It ends when another worker comes under its name, which Kafka tells aiokafka alone (engine.membership).

And offsets that come too late to be committed, since the partitions are being given out anew, are let go.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from faust.transport.drivers.aiokafka import Consumer, Transport
from faust.types import TP

from streams.engine.fetching import FetchingThread
from streams.engine.membership import NameTakenError, ask_group, watch_name


class _Thread(FetchingThread):
    async def on_start(self) -> None:
        await super().on_start()
        watch_name(self._consumer, self._name_taken)

    def _name_taken(self, error: NameTakenError) -> None:
        asyncio.run_coroutine_threadsafe(self.app.crash(error), self.app.loop)

    async def ask_group(self) -> None:
        await self.call_thread(ask_group, self._consumer)

    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer: Any = super()._create_worker_consumer(transport)
        assert consumer._isolation_level == "read_uncommitted", "Faust or aiokafka has changed: see engine.consuming"
        consumer._isolation_level = "read_committed"
        return consumer

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        if not self.assignment() & offsets.keys():
            return False  # being given out anew, of which the engine is not told yet; Faust would call it a crash
        return bool(await super()._commit(offsets))


class _Forgetful(dict[TP, int | None]):
    """Faust's read offsets, of which none is kept."""

    def __missing__(self, tp: TP) -> None:
        return None

    def __setitem__(self, tp: TP, offset: int | None) -> None:
        """See the class."""

    def update(self, *_: Any, **__: Any) -> None:
        """See the class."""


class EngineConsumer(Consumer):
    """See the module. Only table recovery asks for `highwaters` and `earliest_offsets`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.held: set[TP] = set()  # what has been fetched of these waits
        super().__init__(*args, **kwargs)
        self._read_offset = _Forgetful()

    async def ask_group(self) -> None:
        """Raise NameTakenError where another worker has come under this one's name."""
        assert isinstance(self._thread, _Thread)
        await self._thread.ask_group()

    def _new_consumer_thread(self) -> FetchingThread:
        return _Thread(self, loop=self.loop, beacon=self.beacon)

    async def highwaters(self, *partitions: TP) -> Mapping[TP, int]:
        """There is nothing to read before here."""
        return dict.fromkeys(partitions, 0)

    async def earliest_offsets(self, *partitions: TP) -> Mapping[TP, int]:
        """Reading begins at the end."""
        return await super().highwaters(*partitions)


class EngineTransport(Transport):
    """Faust's transport with that consumer."""

    Consumer = EngineConsumer
