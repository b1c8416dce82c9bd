"""A fetched batch passes through Faust as one record: what Faust wants of a record, this one has."""

from __future__ import annotations

from typing import Any

import faust
from aiokafka.structs import ConsumerRecord
from faust.transport.drivers.aiokafka import Consumer
from faust.types import TP

from streams.engine.batching import BatchRecord, BatchScheduler, Raw


def fetched(offset: int, partition: int = 0, headers: tuple[tuple[str, bytes], ...] = ()) -> ConsumerRecord[Any, Any]:
    return ConsumerRecord(
        topic="clicks",
        partition=partition,
        offset=offset,
        timestamp=1_767_225_600_000 + offset,
        timestamp_type=0,
        key=b"k%d" % offset,
        value=b"v%d" % offset,
        checksum=None,
        serialized_key_size=2,
        serialized_value_size=2,
        headers=headers,
    )


def test_one_record_a_partition() -> None:
    records: dict[TP, list[Any]] = {
        TP("clicks", 0): [fetched(3), fetched(4), fetched(7)],
        TP("clicks", 1): [],
        TP("clicks", 2): [fetched(9, partition=2)],
    }
    scheduler: Any = BatchScheduler
    found = list(scheduler().iterate(records))
    assert [(tp, record.offset, [raw.offset for raw in record.value]) for tp, record in found] == [
        (TP("clicks", 0), 7, [3, 4, 7]),
        (TP("clicks", 2), 9, [9]),
    ]
    assert found[0][1].value[0] == Raw(3, b"k3", b"v3")


def test_faust_makes_a_message_of_it() -> None:
    """Fails when Faust's driver wants something of a record that a batch has not."""
    app = faust.App("test-batching", broker="kafka://nowhere:1", web_enabled=False)
    consumer = Consumer(app.transport, callback=_ignore, on_partitions_revoked=_ignore, on_partitions_assigned=_ignore)
    tp = TP("clicks", 0)
    message: Any = consumer._to_message(tp, BatchRecord([fetched(3), fetched(4, headers=(("h", b"x"),))]))
    assert (message.topic, message.partition, message.offset) == ("clicks", 0, 4)
    assert message.value == [Raw(3, b"k3", b"v3"), Raw(4, b"k4", b"v4")]
    assert message.key is None
    assert message.timestamp == 1_767_225_600.004
    assert message.tp == tp


def test_faust_takes_the_scheduler() -> None:
    app = faust.App("test-scheduler", broker="kafka://nowhere:1", web_enabled=False, ConsumerScheduler=BatchScheduler)
    consumer = Consumer(app.transport, callback=_ignore, on_partitions_revoked=_ignore, on_partitions_assigned=_ignore)
    assert isinstance(consumer.scheduler, BatchScheduler)


async def _ignore(*_: Any) -> None:
    """No broker, so nothing comes."""
