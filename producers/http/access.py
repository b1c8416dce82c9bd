"""Who may send: this machine, whoever has the token, and senders that sign what they send."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from urllib.parse import unquote

import msgspec
from aiohttp import web

from consumers.errors import CannotStartError
from streams.security.callers import is_loopback, names_loopback, same

SIGNED_WITHIN_MS = 5 * 60 * 1000  # a HubSpot signature that is older may be somebody else's copy
_DIGITS = 15  # of a time in ms, and more
#: What HubSpot writes plainly in the address that it signs: of %-codes these only.
_PLAIN = re.compile(r"%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)", re.IGNORECASE)


def check_address(host: str, token: str) -> None:
    """Raises CannotStartError where everybody in the network could send."""
    if not token and not is_loopback(host):
        raise CannotStartError(
            f"ingest: on {host} (ingest.host) everybody in the network could send events: set SEGPULSE_INGEST_TOKEN to "
            "a secret that senders must give, or keep ingest.host at 127.0.0.1"
        )


def check_token(request: web.Request, token: str) -> None:
    """Raises HTTPUnauthorized, HTTPForbidden."""
    if not token:
        check_host(request)
    elif not same(_given(request.headers.get("Authorization", "")), token):
        raise web.HTTPUnauthorized(
            text="Give the token: Authorization: Bearer …, or as the user of Basic\n",
            headers={"WWW-Authenticate": 'Bearer realm="segpulse ingest"'},
        )


def check_host(request: web.Request) -> None:
    """Raises HTTPForbidden where a page on the web had its own name point here (DNS rebinding)."""
    if not names_loopback(request):
        raise web.HTTPForbidden(text="Without a token ingest answers only to 127.0.0.1 and localhost.\n")


def segment_signed(request: web.BaseRequest, body: bytes, secret: str) -> bool:
    """X-Signature: HMAC-SHA1 of the body, in hex; of several calls in a list, as Segment has it, of the first one."""
    given = request.headers.get("X-Signature", "")
    signed = [body]
    if body.lstrip()[:1] == b"[":
        try:
            signed += [bytes(raw) for raw in msgspec.json.decode(body, type=list[msgspec.Raw])[:1]]
        except msgspec.DecodeError:
            return False
    return any(same(given, hmac.new(secret.encode(), each, hashlib.sha1).hexdigest()) for each in signed)


def hubspot_signed(request: web.BaseRequest, body: bytes, secret: str, public_url: str, now: int) -> bool:
    """X-HubSpot-Signature-v3: HMAC-SHA256 of method, address, body and time, in base64. `now` in ms.

    `public_url`: scheme and host as HubSpot calls them, where a proxy is in between.
    """
    time = request.headers.get("X-HubSpot-Request-Timestamp", "")
    if not time.isdecimal() or len(time) > _DIGITS or abs(now - int(time)) > SIGNED_WITHIN_MS:
        return False
    base = public_url.rstrip("/") or f"{request.scheme}://{request.host}"
    address = _PLAIN.sub(lambda code: unquote(code[0]), base + request.raw_path)
    text = b"".join((request.method.encode(), address.encode(), body, time.encode()))
    digest = base64.b64encode(hmac.new(secret.encode(), text, hashlib.sha256).digest()).decode()
    return same(request.headers.get("X-HubSpot-Signature-v3", ""), digest)


def _given(authorization: str) -> str:
    """The token in an Authorization header: Bearer, or the user of Basic, as Segment's libraries send their key."""
    kind, _, value = authorization.partition(" ")
    if kind.lower() == "bearer":
        return value.strip()
    if kind.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return ""
