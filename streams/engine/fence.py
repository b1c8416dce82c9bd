"""Only one worker writes for a partition: whoever is given it ends all writers before.

Each owned partition has a transactional producer, named after the partition. When a worker is given the partition, it
starts a producer of that name, and this is the fence: Kafka breaks off what an older producer of the name had begun,
and refuses whatever it still sends. So a worker that was stopped and wakes beside its successor cannot write over it,
and compaction, which keeps the last record by arrival, keeps the successor's.

    takes over          producer started (epoch + 1) -> changelogs read -> events read
    a checkpoint        begin -> all records -> commit; readers see all of it or, after a crash, nothing
    an older worker     its next record or commit is refused: FencedError, and it begins again

A broker that has no transactions (kafka.transactions = false): the same steps through Faust's producer, each waited
for. They are in an order that makes a crash between any two harmless; only a worker that wakes is not kept off.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Collection

from aiokafka import AIOKafkaProducer, errors
from faust.types.transports import ProducerT

from streams.engine.outbox import Outbox, Transaction
from streams.security.kafka import client_options
from streams.settings import LARGEST_MESSAGE, Kafka

_TRANSACTION = 30.0  # seconds until Kafka breaks off a transaction whose worker is gone; readers wait for it meanwhile
_PATIENCE = 10.0  # seconds for what has begun to end, when a partition is given away
_OFFERED_WITHIN = 30.0  # seconds

# What a producer is told when there is a newer one of its name. aiokafka wraps some of it in a KafkaError.
_FENCED = (
    errors.ProducerFenced,
    errors.InvalidProducerEpoch,
    errors.InvalidProducerIdMapping,
    errors.InvalidTxnState,
)


class FencedError(Exception):
    """Another worker writes for a partition that this one believed to be its own; the message is the line to log."""


class NoTransactionsError(Exception):
    """The broker offers no transactions; the message says what to set."""


def of_source(partition: int) -> str:
    """The name under which what comes of a source partition is written."""
    return f"source-{partition}"


def of_dimensions(partition: int) -> str:
    """The name under which what comes of a partition of segment_panes is written."""
    return f"dimensions-{partition}"


class Fence:
    """The writers of the partitions that this worker owns."""

    def __init__(self, kafka: Kafka, plain: Callable[[], ProducerT]) -> None:
        self._kafka = kafka
        self._plain = plain  # the producer that serves where there are no transactions
        self._writers: dict[str, _Writer] = {}
        self._changing = asyncio.Lock()

    async def take(self, names: Collection[str]) -> None:
        """Become the only one that writes under these names, and give up all others."""
        async with self._changing:
            await self._stop_all()
            if self._kafka.transactions:
                self._writers = {name: _Writer(self._kafka, name) for name in names}
                await asyncio.gather(*(writer.producer.start() for writer in self._writers.values()))

    async def give_up(self) -> None:
        """Write no more, when the checkpoints that have begun are through. Raises TimeoutError where they do not end.

        Who has given up must not begin a checkpoint.
        """
        async with self._changing:
            await self._stop_all()

    async def _stop_all(self) -> None:
        writers, self._writers = self._writers, {}
        await asyncio.wait_for(asyncio.gather(*(writer.stop() for writer in writers.values())), _PATIENCE)

    @contextlib.asynccontextmanager
    async def checkpoint(self, name: str) -> AsyncIterator[Outbox]:
        """All that is sent in here goes out together. Raises FencedError where another worker has taken over."""
        if not self._kafka.transactions:
            outbox = Outbox(self._plain())
            yield outbox
            await outbox.settle()
            return
        writer = self._writers[name]
        async with writer.busy:
            transaction = Transaction(writer.producer)
            try:
                await writer.producer.begin_transaction()
                yield transaction
                await transaction.acknowledged()
                await writer.producer.commit_transaction()
            except errors.KafkaError as error:
                # Nothing is undone here: the worker begins again, and its first step breaks off what it had begun.
                if is_fenced(error) or any(map(is_fenced, transaction.failures())):
                    raise FencedError(
                        f"another worker has taken over {name} (this one had stopped, or was cut off from Kafka, for "
                        f"longer than kafka.session_timeout), or a checkpoint took longer than {_TRANSACTION:.0f} s; "
                        "nothing of it was written"
                    ) from None
                raise


class _Writer:
    """The producer of one name."""

    def __init__(self, kafka: Kafka, name: str) -> None:
        self.busy = asyncio.Lock()  # held while a checkpoint goes on
        self.producer = AIOKafkaProducer(
            bootstrap_servers=kafka.broker,
            **client_options(kafka),
            transactional_id=f"{kafka.app_id}-{name}",
            transaction_timeout_ms=int(_TRANSACTION * 1000),
            acks="all",
            compression_type="lz4",
            max_batch_size=256 * 1024,
            max_request_size=LARGEST_MESSAGE,
            retry_backoff_ms=25,  # Kafka is not done with a transaction when its commit returns: "concurrent"
        )

    async def stop(self) -> None:
        async with self.busy:
            with contextlib.suppress(errors.KafkaError):  # it had been fenced: so be it
                await self.producer.stop()


def is_fenced(error: BaseException | None) -> bool:
    """Does `error`, or what it came of, say that there is a newer producer of the same name?"""
    return error is not None and (isinstance(error, _FENCED) or is_fenced(error.__cause__))


async def check_offered(kafka: Kafka) -> None:
    """Raise NoTransactionsError where the broker has no transactions though they are wanted.

    Raises TimeoutError where nobody says so or otherwise.
    """
    if not kafka.transactions:
        return
    writer = _Writer(kafka, "check")
    try:
        await asyncio.wait_for(writer.producer.start(), _OFFERED_WITHIN)
    except errors.KafkaConnectionError:
        raise
    except asyncio.TimeoutError:
        raise TimeoutError(
            f"kafka: {kafka.broker} does not say in {_OFFERED_WITHIN:.0f} s who coordinates transactions; are there as "
            "many brokers as its transaction.state.log.replication.factor wants?"
        ) from None
    except errors.TransactionalIdAuthorizationFailed:
        raise NoTransactionsError(
            f"kafka: {kafka.broker} does not let this user write transactions: allow it to write and describe "
            f"transactional ids that begin with {kafka.app_id}-, or set kafka.transactions = false"
        ) from None
    except errors.KafkaError as error:
        if isinstance(error.__cause__, errors.KafkaConnectionError):
            raise  # aiokafka's way to say that the coordinator could not be asked
        raise NoTransactionsError(
            f"kafka: {kafka.broker} has no transactions ({type(error).__name__}): set kafka.transactions = false, and "
            "a worker that stops and wakes beside its successor is not kept from writing over it"
        ) from None
    finally:
        with contextlib.suppress(Exception):
            await writer.producer.stop()
