"""What the engine changes of Faust's consumer is still there to be changed."""

from __future__ import annotations

import asyncio
from typing import Any

import faust
from faust.types import TP

from streams.engine.consuming import EngineConsumer


async def _ignore(*_: Any) -> None:
    """No broker, so nothing comes."""


def consumer_of(app: faust.App) -> Any:
    return EngineConsumer(
        app.transport, callback=_ignore, on_partitions_revoked=_ignore, on_partitions_assigned=_ignore
    )


def test_it_reads_what_is_committed_as_the_member_that_it_is() -> None:
    """Fails when Faust makes its consumer another way, or aiokafka calls the isolation level something else."""

    async def scenario() -> None:
        app = faust.App(
            "test-consuming", broker="kafka://nowhere:1", web_enabled=False, consumer_group_instance_id="a-host-9309"
        )
        made = consumer_of(app)._thread._create_worker_consumer(app.transport)
        assert made._isolation_level == "read_committed"
        assert made._group_instance_id == "a-host-9309"

    asyncio.run(scenario())


def test_faust_is_told_that_there_is_nothing_to_restore() -> None:
    app = faust.App("test-consuming", broker="kafka://nowhere:1", web_enabled=False)
    consumer = consumer_of(app)
    tp = TP("test-consuming-panes-changelog", 0)

    async def end(*_: Any) -> dict[TP, int]:
        return {tp: 17}

    consumer._thread.highwaters = end
    assert asyncio.run(consumer.highwaters(tp)) == {tp: 0}
    assert asyncio.run(consumer.earliest_offsets(tp)) == {tp: 17}


def test_offsets_of_partitions_that_are_being_given_out_anew_are_let_go() -> None:
    app = faust.App("test-consuming", broker="kafka://nowhere:1", web_enabled=False)
    thread = consumer_of(app)._thread
    thread.assignment = set
    assert asyncio.run(thread._commit({TP("clicks", 0): 5})) is False


def test_what_is_fetched_again_is_handed_over_again() -> None:
    app = faust.App("test-consuming", broker="kafka://nowhere:1", web_enabled=False)
    consumer, tp = consumer_of(app), TP("clicks", 0)
    consumer._read_offset[tp] = 7
    consumer._read_offset.update({tp: 7})
    assert consumer._read_offset[tp] is None, "Faust compares with this before it hands over"
