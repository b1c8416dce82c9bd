"""A receiver of posts that answers as it is told to."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiohttp import web

from streams.tools.local.servers import LOOPBACK, free_port

SECRET = "T0ps3cret"
ROUTING_KEY = "R0ut1ngK3y0123456789abcdefABCDEF"


class Receiver:
    """`posts` are the bodies it has taken (answered 200). `answers` are the statuses of the next posts, then 200."""

    def __init__(self) -> None:
        self.posts: list[dict[str, Any]] = []
        self.refused: list[dict[str, Any]] = []
        self.answers: list[int] = []
        self.retry_after = ""  # said with every answer but 200
        self.port = free_port()
        self.url = f"http://{LOOPBACK}:{self.port}/hook/{SECRET}?key={SECRET}"

    async def take(self, request: web.Request) -> web.Response:
        body = await request.json()
        status = self.answers.pop(0) if self.answers else 200
        (self.posts if status == 200 else self.refused).append(body)
        headers = {"Retry-After": self.retry_after} if self.retry_after and status != 200 else {}
        said = f"no such\nreceiver {request.rel_url} {body.get('routing_key', '')} " + "x" * 1_000
        return web.Response(status=status, text=said, headers=headers)


@contextmanager
def listening(receiver: Receiver) -> Iterator[None]:
    """Within, the receiver listens; before and after, connections to it are refused."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    app = web.Application()
    app.router.add_post("/hook/{secret}", receiver.take)
    runner = web.AppRunner(app)

    async def start() -> None:
        await runner.setup()
        await web.TCPSite(runner, LOOPBACK, receiver.port).start()

    try:
        asyncio.run_coroutine_threadsafe(start(), loop).result(10)
        yield
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
