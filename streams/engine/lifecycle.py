"""When Faust gives out partitions, their state is loaded before anything is read; when it takes them, it is dropped."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from faust.types import TP

from streams.engine import heap
from streams.engine.app import Pipeline
from streams.engine.changelog import Log
from streams.engine.fence import of_dimensions, of_source
from streams.engine.ingest import Ingest, commit
from streams.engine.membership import leave_group
from streams.engine.overviews import Overviews
from streams.engine.score import Score
from streams.events.topics import SEGMENT_PANES, SOURCE_TOPICS
from streams.serving import Health

log = logging.getLogger("segpulse")

_STALLED = 60.0  # seconds without progress after which a worker that has no state gives it up and begins again
_LOOK = 30.0  # seconds between looks at the topics
_VIEW = 5.0  # seconds between looks whether an overview is due
_TIDY = 10.0  # seconds between two givings back of memory

Look = Callable[[], Awaitable[None]]


def wire(
    pipeline: Pipeline,
    ingest: Ingest,
    score: Score,
    overviews: Overviews,
    look_at_topics: Look,
    health: Health,
) -> Callable[[], Awaitable[None]]:
    """Connect the engine to the app's signals and give it its tasks. The function returned takes leave, politely.

    `look_at_topics` raises where they have become unusable, which ends the worker. `health` is told when the
    worker has its partitions' state and is as far as their last workers were (at once, where it has no partitions).
    """
    app = pipeline.app
    loaded = asyncio.Event()  # the tasks run while it is set
    turn = 0  # of giving out partitions
    progress = time.monotonic()

    def go_on() -> None:
        nonlocal progress
        progress = time.monotonic()

    async def drop_all() -> None:
        nonlocal turn
        turn += 1
        loaded.clear()
        health.lacks("the state of its partitions is not loaded yet")
        ingest.drop_all()
        score.drop_all()
        go_on()
        await pipeline.fence.give_up()

    @app.on_partitions_revoked.connect
    async def drop(*_: Any, **__: Any) -> None:
        await pipeline.or_crash(drop_all())

    @app.on_partitions_assigned.connect
    async def assigned(*_: Any, **__: Any) -> None:
        go_on()

    @app.on_rebalance_complete.connect
    async def load(*_: Any, **__: Any) -> None:
        # Faust awaits this after it has given out partitions, and before it seeks to the committed offsets and reads.
        await pipeline.or_crash(load_assigned())

    async def load_assigned() -> None:
        await drop_all()
        mine = turn
        assignment: set[TP] = app.consumer.assignment()
        await look_at_topics()
        if turn != mine:
            return  # they are being given out anew; to take the fence would lock out who has them now
        sources = sorted(tp.partition for tp in assignment if tp.topic == SOURCE_TOPICS[0])
        dimensions = sorted(tp.partition for tp in assignment if tp.topic == SEGMENT_PANES)
        # First of all the fence: what is read after it is the last that a predecessor has written.
        await pipeline.fence.take([*map(of_source, sources), *map(of_dimensions, dimensions)])
        if turn != mine:
            return
        look = Log(pipeline.settings.kafka, go_on)
        events = [TP(topic, partition) for topic in SOURCE_TOPICS for partition in sources]
        panes = [TP(SEGMENT_PANES, partition) for partition in dimensions]
        begins, ends, _ = await asyncio.gather(
            look.begins(events),
            asyncio.gather(*map(look.after_last, panes)),
            look.complete(pipeline.stores, {*sources, *dimensions}),
        )
        offsets: dict[TP, int] = {}
        for partition in sources:
            offsets |= ingest.load(partition, {tp.topic: begins[tp] for tp in events if tp.partition == partition})
            go_on()
        for partition, end in zip(dimensions, ends, strict=True):
            offsets |= score.load(partition, end)
        for store in pipeline.stores.values():
            store.forget()
        if turn != mine:
            return
        if offsets:
            await commit(app, offsets)
        loaded.set()
        log.info("partitions %s: state loaded", sorted({*sources, *dimensions}))

    @app.task  # type: ignore[untyped-decorator]
    async def checkpoint_panes() -> None:
        while not app.should_stop:
            await ingest.wait()
            await loaded.wait()
            await pipeline.or_crash(ingest.turn())

    @app.task  # type: ignore[untyped-decorator]
    async def checkpoint_scores() -> None:
        while not app.should_stop:
            await score.wait()
            await loaded.wait()
            await pipeline.or_crash(score.checkpoint())

    @app.task  # type: ignore[untyped-decorator]
    async def view_dimensions() -> None:
        while not app.should_stop:
            await asyncio.sleep(_VIEW)
            await loaded.wait()
            await pipeline.or_crash(overviews.checkpoint())

    @app.task  # type: ignore[untyped-decorator]
    async def give_back_memory() -> None:
        while not app.should_stop:
            await asyncio.sleep(_TIDY)
            await asyncio.to_thread(heap.give_back_holes)

    @app.task  # type: ignore[untyped-decorator]
    async def watch_topics() -> None:
        while not app.should_stop:
            await asyncio.sleep(_LOOK)
            await pipeline.or_crash(look_at_topics())

    async def watch_loading() -> None:
        patience = max(_STALLED, 3 * pipeline.settings.kafka.rebalance_timeout / 1000)
        while not pipeline.failed.done():
            await asyncio.sleep(1.0)
            health.turn()
            if loaded.is_set() and ingest.reads_again:
                health.lacks("it reads again what the last workers of its partitions had read")
            elif loaded.is_set():
                health.ready()
            if not loaded.is_set() and time.monotonic() - progress > patience:
                stalled = TimeoutError(f"no state loaded, and nothing new of it in {patience:.0f} s")
                pipeline.failed.set_exception(stalled)

    watching = asyncio.ensure_future(watch_loading())  # not a task of Faust's: those begin when all is loaded

    async def take_leave() -> None:
        watching.cancel()
        await drop_all()
        leave_group(app)

    return take_leave
