"""The connection to Redis, and its errors in the words of the line to log."""

from __future__ import annotations

from urllib.parse import urlsplit

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from streams.settings import Settings, SettingsError


def connect(settings: Settings) -> redis.Redis:
    """A client; it connects at its first command. Raises SettingsError where redis.url is not a Redis URL."""
    try:
        return redis.Redis.from_url(
            settings.redis.url,
            socket_timeout=10,
            socket_connect_timeout=5,
            retry=Retry(NoBackoff(), 1),  # at once, for a connection that was idle too long; longer waits are ours
        )
    except ValueError:  # not its words: they may hold the password
        raise SettingsError("redis.url (SEGPULSE_REDIS_URL): must be redis://[:password@]host:port/db") from None


def outage(settings: Settings, error: redis.RedisError) -> str:
    """What is wrong, and where."""
    where = urlsplit(settings.redis.url)
    return f"redis at {where.hostname}:{where.port or 6379}: {error}"
