"""`segpulse consume redis`: what stands in Kafka stands in Redis."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import closing

import redis

from consumers.backoff import Backoff
from consumers.redis.client import connect, outage
from consumers.redis.sink import Sink
from consumers.state import read_state
from streams.settings import Settings

log = logging.getLogger("segpulse.redis")
SWEEP_EVERY_S = 30.0


def run(settings: Settings, stop: threading.Event) -> None:
    """Carry scores and alerts to Redis until `stop`. Raises SettingsError where redis.url is not a Redis URL."""
    backoff = Backoff(stop)
    with closing(connect(settings)) as client:
        sink = Sink(client, settings.redis.ttl)
        while not stop.is_set():
            try:
                _carry(settings, stop, client, sink, backoff)
            except redis.RedisError as error:
                # It may come back empty, so all is read again from the beginning.
                log.warning("%s; next try in %.0f s", outage(settings, error), backoff.pause)
                backoff.wait()


def _carry(settings: Settings, stop: threading.Event, client: redis.Redis, sink: Sink, backoff: Backoff) -> None:
    client.ping()
    swept = time.monotonic()
    with closing(read_state(settings.kafka, stop, alerts=True)) as updates:
        for update in updates:
            sink.update(update)
            if update.whole:
                sink.mark_filled()
            elif not sink.is_filled():
                log.warning("redis: has lost what it held; it is filled again")
                return
            backoff.clear()
            if time.monotonic() - swept > SWEEP_EVERY_S:
                sink.sweep()
                swept = time.monotonic()
            if update.whole:
                log.info("redis: holds the scores of %d segments", len(update.scores))
