"""Where it is measured: a broker and a Redis of its own (or given ones), topics that are new for each run, a folder."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import redis
from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from streams import settings
from streams.events import topics as names
from streams.tools import topics
from streams.tools.bench.errors import BenchError
from streams.tools.local.apache import JARS, apache_kafka, kafka_version
from streams.tools.local.servers import debian_redis

APP = "segpulse-bench"  # prefix of the runs' consumer groups and changelogs
PARTITIONS = 4
_SEGMENTS = "segpulse:segments"  # a key that is there where scores are
_OWN = tuple(name for name in topics.TOPICS if name not in names.SOURCE_TOPICS)  # what workers write
_PATIENCE = 60.0  # seconds for the broker to delete topics
#: As brokers have it by default: those who start together are given their partitions together, and a broker on a busy
#: machine does not count as lost.
_PROPERTIES = {
    "group.initial.rebalance.delay.ms": 3_000,
    "broker.heartbeat.interval.ms": 2_000,
    "broker.session.timeout.ms": 9_000,
}


class Stand(NamedTuple):
    """Servers and a folder for files."""

    folder: Path
    broker: str
    redis: str  # URL; it may hold a password and is not shown
    kafka: str  # version

    @contextmanager
    def admin(self) -> Iterator[KafkaAdminClient]:
        """A connection for topics."""
        admin = topics.connect(self._kafka(), _PATIENCE)
        try:
            yield admin
        finally:
            admin.close()

    def new_topics(self) -> None:
        """All topics, empty."""
        with self.admin() as admin:
            _delete(admin, topics.TOPICS)
            topics.create(admin, self._kafka())

    def new_run(self) -> None:
        """The source topics stay as they are; what workers have written is gone."""
        with self.admin() as admin:
            _delete(admin, _OWN)
            topics.create(admin, self._kafka())

    def remove(self) -> None:
        """No topic of ours is left."""
        with self.admin() as admin:
            _delete(admin, topics.TOPICS)

    def _kafka(self) -> settings.Kafka:
        return settings.Kafka(broker=self.broker, partitions=PARTITIONS, app_id=f"{APP}-none")


@contextmanager
def stand(folder: Path, broker: str | None, redis_url: str | None, jars: Path = JARS) -> Iterator[Stand]:
    """Start what is not given, and stop it at the end. Raises ServerError, TopicsError, BenchError.

    A broker or Redis that is given must be one that segpulse does not use: its topics and keys are made and deleted.
    """
    with ExitStack() as stack:
        if broker is None:
            kafka = stack.enter_context(apache_kafka(folder / "kafka", jars, "1g", _PROPERTIES)).address
        else:
            kafka = broker
        address = redis_url or stack.enter_context(a_redis(folder, None))
        version = "of --broker" if broker else str(kafka_version(jars))
        made = Stand(folder, kafka, address, version)
        if broker is not None:
            _refuse_used(made)
            stack.callback(made.remove)
        if redis_url is not None:
            stack.enter_context(a_redis(folder, redis_url))
        yield made


@contextmanager
def a_redis(folder: Path, url: str | None) -> Iterator[str]:
    """The URL of a Redis: one that is started, or the given one. Raises ServerError, BenchError."""
    if url is None:
        with debian_redis(folder) as server:
            yield server.address
    else:
        with _borrowed(url):
            yield url


def _refuse_used(made: Stand) -> None:
    with made.admin() as admin:
        used = sorted(set(topics.TOPICS) & set(admin.list_topics()))
    if used:
        raise BenchError(
            f"the broker at {made.broker} has the topics {', '.join(used)}: the benchmark makes and deletes these, "
            "so give it a broker of its own, or leave out --broker"
        )


@contextmanager
def _borrowed(url: str) -> Iterator[None]:
    """A Redis that is given: without keys of ours before, and after."""
    try:
        with redis.Redis.from_url(url) as client:
            if client.exists(_SEGMENTS):
                raise BenchError("the Redis of --redis holds scores of segpulse: give it another, or leave it out")
            try:
                yield
            finally:
                for key in client.scan_iter("segpulse:*", count=1_000):
                    client.delete(key)
    except (redis.RedisError, ValueError) as error:
        raise BenchError(f"the Redis of --redis cannot be used: {type(error).__name__}") from None


def _delete(admin: KafkaAdminClient, wanted: Collection[str]) -> None:
    """Delete these and the changelogs of runs and peers, and wait until they are gone."""

    def there() -> list[str]:
        return [name for name in admin.list_topics() if name in wanted or f"{APP}-" in name]

    deadline = time.monotonic() + _PATIENCE
    try:
        if found := there():
            admin.delete_topics(found)
        while found := there():
            if time.monotonic() > deadline:
                raise BenchError(f"the broker does not delete {', '.join(found)}: is delete.topic.enable off?")
            time.sleep(0.2)
    except KafkaError as error:
        raise BenchError(f"topics cannot be deleted: {error}") from None
