"""Listening: for Prometheus and for who asks whether the process is well, or with an application of its own."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web
from aiohttp.typedefs import Handler
from prometheus_client import CollectorRegistry

from consumers.errors import CannotStartError
from streams.serving import Health, answer, serve


@contextmanager
def serving(registry: CollectorRegistry, health: Health, keys: str, host: str, port: int) -> Iterator[None]:
    """Within, `/metrics`, `/live` and `/ready` are served there. Raises CannotStartError on a taken port.

    `keys` is what the settings' keys begin with, like `alerts.`: `alerts.host`, `alerts.port`.
    """
    name = keys.partition(".")[0]
    try:
        server = serve(registry, health, host, port)
    except OSError as error:
        raise CannotStartError(
            f"{name}: cannot listen on {host}:{port} ({keys}host, {keys}port): {error.strerror}"
        ) from None
    logging.getLogger(f"segpulse.{name}").info("%s: http://%s:%d/metrics", name, host, port)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def well(health: Health) -> Handler:
    """Answers /live and /ready of an aiohttp application, as `streams.serving` does."""

    async def handler(request: web.Request) -> web.StreamResponse:
        code, text = answer(health, request.path)
        return web.Response(status=code, text=text)

    return handler


async def listen(runner: web.AppRunner, name: str, host: str, port: int) -> None:
    """Serve an aiohttp application there; `name` is the settings' section. Raises CannotStartError on a taken port."""
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        # asyncio's own words repeat the address.
        why = os.strerror(error.errno) if error.errno else str(error)
        raise CannotStartError(f"{name}: cannot listen on {host}:{port} ({name}.host, {name}.port): {why}") from None
    logging.getLogger(f"segpulse.{name}").info("%s: http://%s:%d", name, host, port)
