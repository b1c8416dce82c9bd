"""A client of Redis, with its TLS, and what Redis refuses in one line."""

from __future__ import annotations

import contextlib
import socket
from typing import Any
from urllib.parse import urlsplit

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from streams import settings
from streams.security.tls import WITHIN_S, RefusedError, handshake, is_alert, speaks_tls, tls_context, why_no_tls
from streams.settings import SettingsError

_PORT = 6379


def redis_client(chosen: settings.Redis, *, retries: int, **timeouts: float) -> redis.Redis:
    """A client, not connected yet. It tries `retries` times again at once, for a connection that was idle too long.

    Raises SettingsError where redis.url or a file that is named cannot be used.
    """
    try:
        return redis.Redis.from_url(chosen.url, retry=Retry(NoBackoff(), retries), **_tls_options(chosen), **timeouts)
    except ValueError:  # not its words: they may hold the password
        raise SettingsError(
            "redis.url (SEGPULSE_REDIS_URL): must be redis://[[user]:password@]host:port/db, or rediss:// for TLS"
        ) from None


def address_of(chosen: settings.Redis) -> str:
    """host:port, without the password."""
    where = urlsplit(chosen.url)
    return f"{where.hostname}:{where.port or _PORT}"


def refusal(error: redis.RedisError, chosen: settings.Redis) -> RefusedError | None:
    """`error` as a refusal that says what to set; None where Redis is only not there, or cannot just now."""
    at = f"redis at {address_of(chosen)}"
    if isinstance(error, redis.AuthenticationError):
        return RefusedError(
            f"{at} refuses the user or password: set both in SEGPULSE_REDIS_URL ({_without_stop(error)})"
        )
    if isinstance(error, redis.exceptions.NoPermissionError):
        return RefusedError(f"{at} does not let this user do its work: its ACL needs more ({_without_stop(error)})")
    if isinstance(error, redis.ConnectionError) and (why := _why_no_tls(chosen)):
        return RefusedError(f"{at} {why}")
    return None


def _tls_options(chosen: settings.Redis) -> dict[str, Any]:
    if not _has_tls(chosen):
        return {}
    tls_context(chosen)  # says what is wrong with the files
    files = {"ssl_ca_certs": chosen.ca, "ssl_certfile": chosen.cert, "ssl_keyfile": chosen.key or chosen.cert}
    return {option: file for option, file in files.items() if file}


def _why_no_tls(chosen: settings.Redis) -> str:
    where = urlsplit(chosen.url)
    host, port = where.hostname or "", where.port or _PORT
    if not _has_tls(chosen):
        return "speaks TLS: begin redis.url with rediss://" if speaks_tls(host, port) else ""
    try:
        connection = socket.create_connection((host, port), timeout=WITHIN_S)
        with handshake(connection, chosen, host) as encrypted:
            # In TLS 1.3 a client's certificate is refused only now. Who has hung up has said why before.
            with contextlib.suppress(OSError):
                encrypted.sendall(b"PING\r\n")
            encrypted.recv(1)
    except RefusedError as error:
        return str(error)
    except OSError as error:
        return why_no_tls(error, chosen) if is_alert(error) else ""
    return ""


def _has_tls(chosen: settings.Redis) -> bool:
    return chosen.url.startswith("rediss://")


def _without_stop(error: Exception) -> str:
    return str(error).rstrip(".")
