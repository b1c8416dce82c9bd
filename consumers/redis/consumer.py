"""`segpulse consume redis`: what stands in Kafka stands in Redis."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import closing
from urllib.parse import urlsplit

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from consumers.backoff import Backoff
from consumers.redis.sink import Sink
from consumers.state import read_state
from streams.settings import Settings, SettingsError

log = logging.getLogger("segpulse.redis")
SWEEP_EVERY_S = 30.0


def run(settings: Settings, stop: threading.Event) -> None:
    """Carry scores and alerts to Redis until `stop`. Raises SettingsError where redis.url is not a Redis URL."""
    try:
        client = redis.Redis.from_url(
            settings.redis.url,
            socket_timeout=10,
            socket_connect_timeout=5,
            retry=Retry(NoBackoff(), 1),  # at once, for a connection that was idle too long; longer waits are ours
        )
    except ValueError:  # not its words: they may hold the password
        raise SettingsError("redis.url (SEGPULSE_REDIS_URL): must be redis://[:password@]host:port/db") from None
    backoff = Backoff(stop)
    with closing(client):
        sink = Sink(client, settings.redis.ttl)
        while not stop.is_set():
            try:
                _carry(settings, stop, client, sink, backoff)
            except redis.RedisError as error:
                # It may come back empty, so all is read again from the beginning.
                where = urlsplit(settings.redis.url)
                at = f"{where.hostname}:{where.port or 6379}"
                log.warning("redis at %s: %s; next try in %.0f s", at, error, backoff.pause)
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
