"""Serving metrics for Prometheus to scrape, and whether the process is well."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry

from consumers.errors import CannotStartError
from streams.serving import Health, serve


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
