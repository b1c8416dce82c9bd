"""`segpulse consume redis`: what stands in Kafka stands in Redis."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import closing

import redis
from prometheus_client import CollectorRegistry, ProcessCollector

from consumers.redis.outages import Outages
from consumers.redis.sink import Sink
from consumers.serving import serving
from consumers.state import read_state
from streams.security.redis import redis_client
from streams.serving import Health
from streams.settings import Settings

log = logging.getLogger("segpulse.redis")
SWEEP_EVERY_S = 30.0


def run(settings: Settings, stop: threading.Event) -> None:
    """Carry scores and alerts to Redis until `stop`.

    Raises SettingsError where redis.url is not a Redis URL, RefusedError where Redis or Kafka does not let us in,
    CannotStartError where the port for /live and /ready is taken.
    """
    client = redis_client(settings.redis, retries=1, socket_timeout=10, socket_connect_timeout=5)
    health, registry = Health(), CollectorRegistry()
    ProcessCollector(registry=registry)
    outages = Outages(settings.redis, stop, health, registry)
    with (
        closing(client),
        serving(registry, health, "redis.health_", settings.redis.health_host, settings.redis.health_port),
    ):
        sink = Sink(client, settings.redis.ttl)
        while not stop.is_set():
            try:
                _carry(settings, stop, client, sink, outages, health)
            except redis.RedisError as error:
                outages.of_redis(error)  # it may come back empty, so all is read again from the beginning


def _carry(
    settings: Settings, stop: threading.Event, client: redis.Redis, sink: Sink, outages: Outages, health: Health
) -> None:
    client.ping()
    swept = time.monotonic()
    with closing(read_state(settings.kafka, stop, alerts=True, health=health)) as updates:
        for update in updates:
            sink.update(update)
            if update.whole:
                sink.mark_filled()
            elif not sink.is_filled():
                log.warning("redis: has lost what it held; it is filled again")
                return
            outages.over()
            if time.monotonic() - swept > SWEEP_EVERY_S:
                sink.sweep()
                swept = time.monotonic()
            if update.whole:
                log.info("redis: holds the scores of %d segments", len(update.scores))
