"""Who is given a partition is the only one who writes for it, on real Apache Kafka."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest
from aiokafka import errors
from faust.types import TP
from kafka import KafkaConsumer, TopicPartition
from kafka.admin import KafkaAdminClient

from streams.engine.changelog import Log
from streams.engine.fence import Fence, FencedError, NoTransactionsError, check_offered, is_fenced, of_source
from streams.engine.outbox import Outbox
from streams.settings import Kafka
from streams.tools.local.servers import Server

pytestmark = pytest.mark.kafka

SOURCE = of_source(0)


@pytest.fixture
def topic(apache_kafka: Server, request: pytest.FixtureRequest) -> str:
    name = str(request.node.name)
    with KafkaAdminClient(bootstrap_servers=apache_kafka.address) as admin:
        admin.create_topics({name: {"num_partitions": 1, "replication_factor": 1}})
        admin.wait_for_topics([name])
    return name


def read(broker: str, topic: str, isolation: str = "read_committed") -> list[bytes]:
    """All values on `topic` now; ends where the log does, though marks of transactions come last."""
    consumer = KafkaConsumer(
        bootstrap_servers=broker, auto_offset_reset="earliest", enable_auto_commit=False, isolation_level=isolation
    )
    try:
        tp = TopicPartition(topic, 0)
        consumer.assign([tp])
        end = consumer.end_offsets([tp])[tp]
        found = []
        while consumer.position(tp) < end:
            found += [record.value for batch in consumer.poll(200).values() for record in batch]
        return found
    finally:
        consumer.close()


def settings_for(broker: str, topic: str) -> Kafka:
    return Kafka(broker=broker, app_id=topic)  # transactional ids of its own


def unused() -> Any:
    raise AssertionError("no other producer is asked for")


async def broken_off(fence: Fence, topic: str, records: int) -> None:
    """A checkpoint whose records are all in the log when it fails."""
    async with fence.checkpoint(SOURCE) as outbox:
        for _ in range(records):
            await outbox.send(topic, b"a", b"never", 0)
        await cast("Any", outbox).acknowledged()
        raise ZeroDivisionError


def test_a_zombie_is_refused_and_what_it_had_begun_is_never_seen(apache_kafka: Server, topic: str) -> None:
    kafka = settings_for(apache_kafka.address, topic)

    async def scenario() -> None:
        zombie, successor = Fence(kafka, unused), Fence(kafka, unused)
        await zombie.take([SOURCE])
        async with zombie.checkpoint(SOURCE) as outbox:
            await outbox.send(topic, b"pane", b"old", 0)

        async def stopped_and_woken() -> None:
            async with zombie.checkpoint(SOURCE) as outbox:
                await outbox.send(topic, b"pane", b"begun before the successor", 0)
                await asyncio.sleep(0.2)  # it is in the log
                await successor.take([SOURCE])
                assert await Log(kafka).after_last(TP(topic, 0)) == 1
                async with successor.checkpoint(SOURCE) as newer:
                    await newer.send(topic, b"pane", b"new", 0)
                await outbox.send(topic, b"pane", b"after it woke", 0)

        with pytest.raises(FencedError, match=rf"another worker has taken over {SOURCE} .*nothing of it was written"):
            await stopped_and_woken()
        await successor.give_up()
        await zombie.give_up()

    asyncio.run(scenario())
    assert read(kafka.broker, topic) == [b"old", b"new"]
    assert b"begun before the successor" in read(kafka.broker, topic, "read_uncommitted")


def test_a_zombie_that_begins_after_its_successor_is_refused(apache_kafka: Server, topic: str) -> None:
    kafka = settings_for(apache_kafka.address, topic)

    async def scenario() -> None:
        zombie, successor = Fence(kafka, unused), Fence(kafka, unused)
        await zombie.take([SOURCE, of_source(1)])
        await successor.take([SOURCE])
        with pytest.raises(FencedError):
            async with zombie.checkpoint(SOURCE) as outbox:
                await outbox.send(topic, b"pane", b"stale", 0)
        async with zombie.checkpoint(of_source(1)) as outbox:  # still its own
            await outbox.send(topic, b"pane", b"another partition's", 0)
        await successor.give_up()
        await zombie.give_up()

    asyncio.run(scenario())
    assert read(kafka.broker, topic) == [b"another partition's"]


def test_a_checkpoint_that_fails_is_not_there_in_part(apache_kafka: Server, topic: str) -> None:
    kafka = settings_for(apache_kafka.address, topic)

    async def scenario() -> None:
        fence = Fence(kafka, unused)
        await fence.take([SOURCE])
        with pytest.raises(ZeroDivisionError):
            await broken_off(fence, topic, 1)
        again = Fence(kafka, unused)  # as the worker does
        await again.take([SOURCE])
        async with again.checkpoint(SOURCE) as outbox:
            await outbox.send(topic, b"a", b"whole", 0)
        await again.give_up()
        await fence.give_up()

    asyncio.run(scenario())
    assert read(kafka.broker, topic) == [b"whole"]


def test_giving_up_waits_for_a_checkpoint_that_has_begun(apache_kafka: Server, topic: str) -> None:
    kafka = settings_for(apache_kafka.address, topic)

    async def scenario() -> None:
        fence = Fence(kafka, unused)
        await fence.take([SOURCE])

        async def checkpoint() -> None:
            async with fence.checkpoint(SOURCE) as outbox:
                await outbox.send(topic, b"a", b"through", 0)
                await asyncio.sleep(0.3)

        going_on = asyncio.ensure_future(checkpoint())
        await asyncio.sleep(0.1)
        await fence.give_up()
        assert going_on.done()
        await going_on

    asyncio.run(scenario())
    assert read(kafka.broker, topic) == [b"through"]


def test_the_last_record_is_found_before_many_marks(apache_kafka: Server, topic: str) -> None:
    kafka = settings_for(apache_kafka.address, topic)

    async def scenario() -> None:
        look = Log(kafka)
        assert await look.after_last(TP(topic, 0)) == 0
        fence = Fence(kafka, unused)
        await fence.take([SOURCE])
        async with fence.checkpoint(SOURCE) as outbox:
            await outbox.send(topic, b"a", b"1", 0)
        for _ in range(3):  # broken off: thirty records and a mark each
            with pytest.raises(ZeroDivisionError):
                await broken_off(fence, topic, 30)
            fence = Fence(kafka, unused)
            await fence.take([SOURCE])
        assert await look.after_last(TP(topic, 0)) == 1
        await fence.give_up()

    asyncio.run(scenario())


def test_transactions_are_offered_or_it_is_said_what_to_set(apache_kafka: Server, embedded_broker: Server) -> None:
    asyncio.run(check_offered(Kafka(broker=apache_kafka.address)))
    asyncio.run(check_offered(Kafka(broker=embedded_broker.address, transactions=False)))
    with pytest.raises(NoTransactionsError, match=r"has no transactions .*: set kafka\.transactions = false"):
        asyncio.run(check_offered(Kafka(broker=embedded_broker.address)))


def test_without_transactions_each_step_is_waited_for() -> None:
    sent: list[tuple[Any, ...]] = []

    class Producer:
        async def send(self, *record: Any) -> asyncio.Future[None]:
            sent.append(record)
            done = asyncio.get_running_loop().create_future()
            done.set_result(None)
            return done

    async def scenario() -> None:
        producer: Callable[[], Any] = Producer
        fence = Fence(Kafka(transactions=False), producer)
        await fence.take([SOURCE])
        async with fence.checkpoint(SOURCE) as outbox:
            assert type(outbox) is Outbox
            await outbox.send("topic", b"k", b"v", 3)
        await fence.give_up()

    asyncio.run(scenario())
    assert sent == [("topic", b"k", b"v", 3, None, None)]


def test_what_says_that_there_is_a_newer_producer() -> None:
    wrapped = errors.KafkaError("Unexpected error during batch delivery")
    wrapped.__cause__ = errors.InvalidTxnState()
    assert is_fenced(errors.ProducerFenced())
    assert is_fenced(wrapped)
    assert not is_fenced(errors.KafkaTimeoutError())
    assert not is_fenced(None)
