"""What keeps a consumer from writing to Redis: said in the log, at /ready and to Prometheus, and waited for."""

from __future__ import annotations

import logging
import threading

import redis
from prometheus_client import CollectorRegistry, Gauge

from consumers.backoff import Backoff
from streams import settings
from streams.security.redis import address_of, refusal
from streams.serving import Health

log = logging.getLogger("segpulse.redis")
_AFTER_THE_COMMAND = " of pipeline caused error: "  # what redis-py puts before it is a line of keys


class Outages:
    """The pauses between tries, the longer the more have failed."""

    def __init__(
        self, chosen: settings.Redis, stop: threading.Event, health: Health, registry: CollectorRegistry
    ) -> None:
        self._redis = chosen
        self._backoff = Backoff(stop)
        self._health = health
        self._up = Gauge(
            "segpulse_redis_up", "0: Redis does not take what is written; it is tried again.", registry=registry
        )
        self._up.set(1)

    def over(self) -> None:
        """All has been written."""
        self._backoff.clear()
        self._up.set(1)

    def of_redis(self, error: redis.RedisError) -> None:
        """Wait for Redis. Raises RefusedError where it does not let us in."""
        self._up.set(0)
        if refused := refusal(error, self._redis):
            raise refused from None
        self.wait(f"redis at {address_of(self._redis)}: {_said(error)}")

    def wait(self, outage: str) -> None:
        """Say what is in the way, and wait."""
        log.warning("%s; next try in %.0f s", outage, self._backoff.pause)
        self._health.lacks(outage)
        self._backoff.wait()


def _said(error: redis.RedisError) -> str:
    if isinstance(error, redis.exceptions.OutOfMemoryError):
        return "it is full: raise its maxmemory (docs/sizing.md says what segpulse needs), or clear out the rest"
    return str(error).rpartition(_AFTER_THE_COMMAND)[2]
