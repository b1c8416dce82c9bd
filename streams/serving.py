"""What a process tells over HTTP: /metrics to Prometheus, /live and /ready to what keeps it running (Kubernetes)."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterable
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.exposition import ThreadingWSGIServer

_STANDS_STILL = 60.0  # seconds without a turn of the loop; the longest pause between tries for a server is 30


class Health:
    """Live: the loop goes round, so that beginning again would help nothing. Ready: the work is being done."""

    def __init__(self) -> None:
        self._turned = time.monotonic()
        self._lacks = "it has only just begun"

    def turn(self) -> None:
        """The loop has come round."""
        self._turned = time.monotonic()

    def ready(self) -> None:
        """The loop has come round, and did its work."""
        self._lacks = ""
        self.turn()

    def lacks(self, what: str) -> None:
        """The loop has come round, and could not do its work: `what` is in the way."""
        self._lacks = what
        self.turn()

    def why_not_live(self) -> str:
        """Empty: it is."""
        still = time.monotonic() - self._turned
        return f"its loop has stood still for {still:.0f} s" if still > _STANDS_STILL else ""

    def why_not_ready(self) -> str:
        """Empty: it is."""
        return self.why_not_live() or self._lacks


def answer(health: Health, path: str) -> tuple[int, str]:
    """The status code and the text for /live or /ready."""
    why_not = health.why_not_live() if path == "/live" else health.why_not_ready()
    return (503, f"segpulse is not {path[1:]}: {why_not}\n") if why_not else (200, f"segpulse is {path[1:]}\n")


def serve(registry: CollectorRegistry, health: Health, host: str, port: int) -> WSGIServer:
    """Begin to serve, in threads of its own that end with the process or by `shutdown()`. Raises OSError."""
    metrics = make_wsgi_app(registry)

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path not in ("/live", "/ready"):
            told: Iterable[bytes] = metrics(environ, start_response)
            return told
        code, text = answer(health, path)
        start_response(f"{code} {'OK' if code == 200 else 'Service Unavailable'}", [("Content-Type", "text/plain")])
        return [text.encode()]

    server = make_server(host, port, app, _Server, _Silent)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


class _Server(ThreadingWSGIServer):
    def __init__(self, address: tuple[str, int], handler: Any) -> None:
        self.address_family = socket.getaddrinfo(*address, type=socket.SOCK_STREAM)[0][0]
        super().__init__(address, handler)


class _Silent(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """A line for each scrape would be all that is in the log."""
