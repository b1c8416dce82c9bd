"""When Faust gives out partitions, their state is loaded before anything is read; when it takes them, it is dropped."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from aiokafka import AIOKafkaConsumer
from faust.types import TP

from streams.engine.app import Pipeline
from streams.engine.changelog import Log
from streams.engine.ingest import Ingest, commit
from streams.engine.score import Score
from streams.events.topics import SEGMENT_PANES, SOURCE_TOPICS

log = logging.getLogger("segpulse")


def wire(pipeline: Pipeline, ingest: Ingest, score: Score) -> asyncio.Event:
    """Connect the engine to the app's signals and give it its tasks, which run while the returned event is set."""
    app, times = pipeline.app, pipeline.settings.time
    loaded = asyncio.Event()

    @app.on_partitions_revoked.connect
    async def drop(*_: Any, **__: Any) -> None:
        loaded.clear()
        ingest.drop_all()
        score.drop_all()

    @app.on_rebalance_complete.connect
    async def load(*_: Any, **__: Any) -> None:
        # Faust awaits this after its tables are restored, and before it seeks to the committed offsets and reads on.
        await pipeline.or_crash(load_assigned())

    async def load_assigned() -> None:
        assignment: set[TP] = app.consumer.assignment()
        ingest.drop_all()
        score.drop_all()
        reader = AIOKafkaConsumer(bootstrap_servers=pipeline.settings.kafka.broker, enable_auto_commit=False)
        await reader.start()
        try:
            look = Log(reader)
            await look.complete(pipeline.stores, {tp.partition for tp in assignment})
            offsets: dict[TP, int] = {}
            for tp in sorted(assignment):
                if tp.topic == SOURCE_TOPICS[0]:
                    offsets |= await ingest.load(tp.partition, look)
                elif tp.topic == SEGMENT_PANES:
                    offsets |= await score.load(tp.partition, look)
        finally:
            await reader.stop()
        if offsets:
            await commit(app, offsets)
        loaded.set()
        mine = sorted({tp.partition for tp in offsets})
        log.info("partitions %s: state loaded", mine)

    @app.task  # type: ignore[untyped-decorator]
    async def checkpoint_panes() -> None:
        while not app.should_stop:
            await asyncio.sleep(times.checkpoint / 1000)
            await loaded.wait()
            ingest.pass_time()
            await pipeline.or_crash(ingest.checkpoint())

    @app.task  # type: ignore[untyped-decorator]
    async def checkpoint_scores() -> None:
        while not app.should_stop:
            await score.wait()
            await loaded.wait()
            await pipeline.or_crash(score.checkpoint())

    return loaded
