"""The body of a request becomes the calls in it."""

from __future__ import annotations

import asyncio

import orjson
from aiohttp import web

READ_WITHIN_S = 10.0
JSON = "application/json"
LINES = "application/x-ndjson"


async def read(request: web.Request) -> bytes:
    """The whole body. Raises HTTPUnsupportedMediaType, HTTPRequestTimeout, HTTPRequestEntityTooLarge."""
    # Another type is what a page on the web could send from a browser on this machine without being asked.
    if request.content_type not in (JSON, LINES):
        raise web.HTTPUnsupportedMediaType(text=f"Content-Type: must be {JSON}, or {LINES} for an event a line\n")
    try:
        return await asyncio.wait_for(request.read(), READ_WITHIN_S)
    except asyncio.TimeoutError:
        raise web.HTTPRequestTimeout(text=f"The body did not come within {READ_WITHIN_S:.0f} s\n") from None


def calls(body: bytes, content_type: str, most: int) -> list[object]:
    """Decoded JSON: the elements of a list, of an object's `batch`, or the object; or what is on each line.

    A line that is none stands as None. Raises HTTPBadRequest, HTTPRequestEntityTooLarge on more than `most`.
    """
    if content_type == LINES:
        found: list[object] = [_line(line) for line in body.splitlines() if line.strip()]
    else:
        try:
            said = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise web.HTTPBadRequest(text=f"not JSON: {error}\n") from None
        batch = said.get("batch") if isinstance(said, dict) else said
        found = batch if isinstance(batch, list) else [said]
    if len(found) > most:
        raise web.HTTPRequestEntityTooLarge(
            most, len(found), text=f"{len(found):,} events in one request; at most {most:,} (ingest.max_events)\n"
        )
    return found


def _line(line: bytes) -> object:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
