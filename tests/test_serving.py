"""/live and /ready, as Kubernetes asks for them, beside /metrics."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from prometheus_client import CollectorRegistry, Gauge

from streams import serving
from streams.serving import Health, serve


@pytest.fixture
def health() -> Health:
    return Health()


@pytest.fixture(params=["127.0.0.1", "::1", "localhost"])
def url(request: pytest.FixtureRequest, health: Health) -> Iterator[str]:
    registry = CollectorRegistry()
    Gauge("segpulse_it", "It.", registry=registry).set(3)
    server = serve(registry, health, request.param, 0)
    host = f"[{request.param}]" if ":" in request.param else request.param
    yield f"http://{host}:{server.server_port}"
    server.shutdown()
    server.server_close()


def ask(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_from_the_start_to_an_outage(url: str, health: Health, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ask(f"{url}/live") == (200, "segpulse is live\n")
    assert ask(f"{url}/ready") == (503, "segpulse is not ready: it has only just begun\n")
    health.ready()
    assert ask(f"{url}/ready") == (200, "segpulse is ready\n")
    health.lacks("kafka: no broker answers")
    assert ask(f"{url}/ready") == (503, "segpulse is not ready: kafka: no broker answers\n")
    assert ask(f"{url}/live")[0] == 200  # beginning again would not bring the broker back
    health.ready()
    monkeypatch.setattr(serving, "_STANDS_STILL", -1.0)
    for path in ("live", "ready"):
        assert ask(f"{url}/{path}") == (503, f"segpulse is not {path}: its loop has stood still for 0 s\n")
    health.turn()
    assert "segpulse_it 3.0" in ask(f"{url}/metrics")[1]


def test_a_port_that_is_taken(url: str, health: Health) -> None:
    host, _, port = url.removeprefix("http://").rpartition(":")
    with pytest.raises(OSError, match="in use"):
        serve(CollectorRegistry(), health, host.strip("[]"), int(port))
