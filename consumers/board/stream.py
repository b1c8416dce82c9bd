"""Server-sent events: every page that is open hears what changes; one that cannot keep up gets all anew, later."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from aiohttp import web

CLIENTS_MAX = 100
WAITING_MAX = 8  # events that wait for one client at most
HEARTBEAT_S = 10.0
WRITE_WITHIN_S = 30.0  # a client that takes nothing for so long is gone


class Stream:
    """The pages that are open. All methods run in the event loop."""

    def __init__(self, snapshot: Callable[[], bytes]) -> None:
        """`snapshot` gives all that stands, as JSON."""
        self._snapshot = snapshot
        self._clients: set[asyncio.Queue[bytes | None]] = set()

    def publish(self, change: bytes | None) -> None:
        """Tell everybody `change`; None: tell them all that stands."""
        event = _event("snapshot", self._snapshot()) if change is None else _event("change", change)
        for client in self._clients:
            self._put(client, event)

    def close(self) -> None:
        """End every stream."""
        for client in self._clients:
            _clear(client)
            client.put_nowait(None)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """The handler of `/events`."""
        if len(self._clients) >= CLIENTS_MAX:
            raise web.HTTPServiceUnavailable(text=f"{CLIENTS_MAX} pages are open already\n")
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
        await response.prepare(request)
        client: asyncio.Queue[bytes | None] = asyncio.Queue(WAITING_MAX)
        client.put_nowait(b"retry: 2000\n" + _event("snapshot", self._snapshot()))
        self._clients.add(client)
        try:
            await _send(response, client)
        except (ConnectionError, asyncio.TimeoutError):
            pass  # the page was closed, or its machine sleeps; it will come again
        finally:
            self._clients.discard(client)
        return response

    def _put(self, client: asyncio.Queue[bytes | None], event: bytes) -> None:
        if client.full():
            _clear(client)
            event = _event("snapshot", self._snapshot())
        client.put_nowait(event)


async def _send(response: web.StreamResponse, client: asyncio.Queue[bytes | None]) -> None:
    while True:
        try:
            event = await asyncio.wait_for(client.get(), HEARTBEAT_S)
        except asyncio.TimeoutError:
            event = b": still here\n\n"
        if event is None:
            return
        await asyncio.wait_for(response.write(event), WRITE_WITHIN_S)


def _clear(client: asyncio.Queue[bytes | None]) -> None:
    while not client.empty():
        client.get_nowait()


def _event(name: str, data: bytes) -> bytes:
    # JSON as orjson writes it has no line breaks.
    return b"event: " + name.encode() + b"\ndata: " + data + b"\n\n"
