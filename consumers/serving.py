"""Serving metrics for Prometheus to scrape."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, start_http_server

from consumers.errors import CannotStartError


@contextmanager
def serving(registry: CollectorRegistry, name: str, host: str, port: int) -> Iterator[None]:
    """Within, `/metrics` is served there. `name` is the settings' section. Raises CannotStartError on a taken port."""
    try:
        server, thread = start_http_server(port, host, registry)
    except OSError as error:
        raise CannotStartError(
            f"{name}: cannot listen on {host}:{port} ({name}.host, {name}.port): {error.strerror}"
        ) from None
    logging.getLogger(f"segpulse.{name}").info("%s: http://%s:%d/metrics", name, host, port)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
