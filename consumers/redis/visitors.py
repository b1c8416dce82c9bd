"""`segpulse consume visitors`: the segments that each visitor is in now, in Redis.

How far it has read stands in Redis too, written in one step with what it has read: a Redis that has lost its data has
lost that as well, and is filled again from the beginning.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable
from contextlib import closing
from typing import Any

import redis
from kafka import TopicPartition
from kafka.consumer.fetcher import ConsumerRecord
from prometheus_client import CollectorRegistry, ProcessCollector

from consumers.connection import Connection, OutageError
from consumers.errors import CannotStartError
from consumers.records import readable, visitor_of
from consumers.redis.outages import Outages
from consumers.serving import serving
from streams.events.topics import VISITOR_SEGMENTS
from streams.messages import VisitorSegments
from streams.security.redis import redis_client
from streams.serving import Health
from streams.settings import Settings

log = logging.getLogger("segpulse.redis")
VISITOR = "segpulse:visitor:"  # + the visitor's id, a hash
OFFSETS = "segpulse:visitors"  # a hash: partition -> offset of the record to read next
VERSION = 1  # of the layout


def run(settings: Settings, stop: threading.Event) -> None:
    """Carry visitors' segments to Redis until `stop`.

    Raises CannotStartError where nobody tells them or the port for /live and /ready is taken, and as `consume redis`
    does.
    """
    if not settings.visitors.publish:
        raise CannotStartError("visitors.publish is false, so nobody tells where visitors are: set it for the worker")
    client = redis_client(settings.redis, retries=1, socket_timeout=10, socket_connect_timeout=5)
    health, registry, own = Health(), CollectorRegistry(), settings.visitors
    ProcessCollector(registry=registry)
    outages = Outages(settings.redis, stop, health, registry)
    with closing(client), serving(registry, health, "visitors.health_", own.health_host, own.health_port):
        while not stop.is_set():
            try:
                with closing(Connection(settings.kafka, (VISITOR_SEGMENTS,))) as connection:
                    _carry(connection, Visitors(client, own.ttl), stop, outages, health)
            except OutageError as error:
                outages.wait(str(error))
            except redis.RedisError as error:
                outages.of_redis(error)


class Visitors:
    """Writes visitors' segments. Every method may raise redis.RedisError."""

    def __init__(self, client: redis.Redis, ttl: int) -> None:
        """`ttl`: ms after Kafka got it when what is said of a visitor vanishes."""
        self._client = client
        self._ttl = ttl

    def offsets(self) -> dict[int, int]:
        """By partition, the offset of the record to read next."""
        return {int(partition): int(offset) for partition, offset in self._client.hgetall(OFFSETS).items()}

    def write(self, records: Iterable[ConsumerRecord]) -> None:
        """Take records in the order of their partitions: all of it, and how far it goes, in one step."""
        records = list(records)
        last = {visitor: (record, said) for record, (visitor, said) in readable(records, visitor_of)}
        now = time.time_ns() // 1_000_000
        with self._client.pipeline(transaction=True) as pipe:
            for visitor, (record, said) in last.items():
                key, expiry = VISITOR + visitor, min(record.timestamp, now) + self._ttl
                pipe.delete(key)
                if said is not None and expiry > now:
                    pipe.hset(key, mapping=_fields(said, now))
                    pipe.pexpireat(key, expiry)
            pipe.hset(OFFSETS, mapping={record.partition: record.offset + 1 for record in records})
            pipe.execute()


def _carry(connection: Connection, visitors: Visitors, stop: threading.Event, outages: Outages, health: Health) -> None:
    """Until `stop`, or until Redis has lost how far it has been read."""
    consumer, offsets = connection.consumer, visitors.offsets()
    consumer.assign(connection.partitions)
    consumer.seek_to_beginning()
    for partition, offset in offsets.items():
        if TopicPartition(VISITOR_SEGMENTS, partition) in connection.partitions:
            consumer.seek(TopicPartition(VISITOR_SEGMENTS, partition), offset)
    began = bool(offsets)
    while not stop.is_set():
        records = connection.poll()
        if began and not visitors.offsets():
            log.warning("redis: what was known of visitors is gone; all is read again")
            return
        if records:
            visitors.write(records)
            began = True
        outages.over()
        health.ready()


def _fields(said: VisitorSegments, written: int) -> dict[Any, str | int]:
    """Dimension -> value; a dimension's name begins with a letter, so the others are nobody's."""
    return {**said.segments, "_at": said.at, "_updated_at": written, "_version": VERSION}
