"""The Faust app: its settings, topics and tables, in one place."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

import faust

from streams.engine import large, parts, progress
from streams.engine.consuming import EngineConsumer, EngineTransport
from streams.engine.credentials import credentials
from streams.engine.fence import Fence
from streams.engine.membership import member_of
from streams.engine.store import PartitionStore, PartitionTable, PromptTables
from streams.events.topics import SEGMENT_PANES, SOURCE_TOPICS
from streams.settings import LARGEST_MESSAGE, Settings

FETCH = 1024 * 1024  # bytes, compressed, of one partition a fetch; a larger record still comes, alone

_RAW: dict[str, Any] = {
    "key_type": bytes, "value_type": bytes, "key_serializer": "raw", "value_serializer": "raw",
}  # fmt: skip


class Pipeline:
    """The app with its topics and tables by name."""

    def __init__(self, settings: Settings) -> None:
        kafka = settings.kafka
        self.settings = settings
        #: Ends, with the error, when something has gone wrong that only beginning again puts right.
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        # Faust leaves it empty, but must have it, and does not make the folders above it.
        folder = Path(os.environ.get("APP_DATADIR", ".cache/faust"))
        folder.mkdir(parents=True, exist_ok=True)
        self.app = app = faust.App(
            kafka.app_id,
            broker=[f"kafka://{broker}" for broker in kafka.broker.split(",")],
            broker_credentials=credentials(kafka),
            store="memory://",
            datadir=folder,
            value_serializer="raw",
            topic_partitions=kafka.partitions,
            topic_replication_factor=kafka.replication,
            topic_disable_leader=True,
            table_standby_replicas=0,
            consumer_auto_offset_reset="earliest",
            consumer_max_fetch_size=FETCH,
            broker_session_timeout=kafka.session_timeout / 1000,
            broker_rebalance_timeout=kafka.rebalance_timeout / 1000,
            broker_heartbeat_interval=max(1.0, kafka.session_timeout / 6000),
            consumer_group_instance_id=member_of(settings),
            broker_commit_livelock_soft_timeout=10**9,  # the engine commits, and says so in its own metrics
            producer_compression_type="lz4",
            producer_linger=0.005,
            producer_max_request_size=LARGEST_MESSAGE,
            stream_wait_empty=False,
            stream_buffer_maxsize=16,
            stream_recovery_delay=0.0,
            recovery_consistency_check=False,  # the engine reads changelogs itself; see engine.changelog
            web_enabled=False,
            logging_config=None,
            loghandlers=[],
            Table=PartitionTable,
            TableManager=PromptTables,
        )
        app.transport = EngineTransport(app.conf.broker_consumer, app)
        #: Through which all is written.
        self.fence = Fence(kafka, lambda: app.producer)
        # Nothing is acknowledged to Faust: which offset may be committed is the engine's to know.
        self.sources = app.topic(*SOURCE_TOPICS, acks=False, **_RAW)
        self.segment_panes = app.topic(SEGMENT_PANES, acks=False, **_RAW)
        self.panes = self._table("panes", "what each source partition has counted, by pane")
        store_of(self.panes).newer = large.newer(progress.newer)
        self.traits = self._table("traits", "what events have said of visitors")
        self.history = self._table("history", "what visitors did, as far as behaviour segments ask for it")
        store_of(self.history).newer = large.newer(progress.newer_shard)
        self.states = self._table("states", "what was found of each dimension at its last tick")
        store_of(self.states).newer = parts.newer

    def _table(self, name: str, text: str) -> PartitionTable:
        table = self.app.Table(
            name,
            partitions=self.settings.kafka.partitions,
            help=text,
            key_type=bytes,
            value_type=bytes,
        )
        assert isinstance(table, PartitionTable)
        return table

    @property
    def consumer(self) -> EngineConsumer:
        """Faust's consumer, once the app has started."""
        consumer = self.app.consumer
        assert isinstance(consumer, EngineConsumer)
        return consumer

    async def or_crash(self, step: Awaitable[None]) -> None:
        """Await `step`; an error in it is `failed`'s, and ends the worker.

        Faust would only end the agent or task, and the worker would go on for ever without it.
        """
        try:
            await step
        except Exception as error:
            if self.app.should_stop:
                return  # the producer has gone before the step was through; what it wrote is harmless
            if not self.failed.done():
                self.failed.set_exception(error)
            raise

    @property
    def stores(self) -> dict[str, PartitionStore]:
        """All tables' stores, by changelog topic."""
        tables = self.panes, self.traits, self.history, self.states
        return {table.changelog_topic_name: store_of(table) for table in tables}


def store_of(table: PartitionTable) -> PartitionStore:
    """A table's store."""
    store = table.data
    assert isinstance(store, PartitionStore)
    return store
