"""Who calls over HTTP: this machine, or somebody who knows a secret."""

from __future__ import annotations

import hmac
import ipaddress

from aiohttp import web
from yarl import URL


def is_loopback(host: str | None) -> bool:
    """Whether `host` names this machine and is reached from nowhere else."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def names_loopback(request: web.Request) -> bool:
    """Whether it was this machine's own name that was called.

    Else a page on the web could have its own name point here, and have a browser read or send (DNS rebinding).
    """
    try:
        return is_loopback(URL.build(scheme="http", authority=request.host).host)
    except ValueError:
        return False


def same(given: str, secret: str) -> bool:
    """Whether it is the secret; takes as long either way. `given` may be any header: what is no text is bytes."""
    return hmac.compare_digest(given.encode(errors="surrogateescape"), secret.encode())
