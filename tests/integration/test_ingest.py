"""Over HTTP into a real Kafka, through a worker, to Redis: once, though it was sent twice and Kafka was away."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import orjson
import pytest

from streams.tools.local.servers import Server, free_port
from tests import servers
from tests.integration.live import Live, live

VISITORS = 40

CONFIG = """
[time]
lateness = "10s"

[dimensions]
industry = { trait = "industry" }
"""


class Door:
    """Posts to an ingest."""

    def __init__(self, port: int) -> None:
        self._at = f"http://127.0.0.1:{port}"

    def post(self, path: str, body: object) -> int:
        request = urllib.request.Request(
            self._at + path, orjson.dumps(body), {"Content-Type": "application/json"}, method="POST"
        )
        return self._status(request)

    def is_ready(self) -> bool:
        try:
            return self._status(urllib.request.Request(f"{self._at}/ready")) == 200
        except urllib.error.URLError:
            return False

    def _status(self, request: urllib.request.Request) -> int:
        try:
            with urllib.request.urlopen(request, timeout=15) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code


def calls(numbers: range) -> list[dict[str, Any]]:
    """A form filled in by each of these visitors, as Segment tells it, and who they are."""
    now = int(time.time() * 1000)
    who = [
        {
            "type": "identify",
            "messageId": f"i{n}",
            "userId": f"u{n}",
            "timestamp": now,
            "traits": {"industry": "pharma"},
        }
        for n in numbers
    ]
    forms = [
        {"type": "track", "event": "Form Submitted", "messageId": f"f{n}", "userId": f"u{n}", "timestamp": now + 1}
        for n in numbers
    ]
    return who + forms


def sessions(system: Live) -> int:
    found = system.redis().hget("segpulse:score:industry:pharma", "form_fill_rate:24h:figures")
    return int(orjson.loads(found)["numerator"]) if found else 0


@pytest.mark.kafka
@pytest.mark.timeout(300)
def test_what_is_sent_twice_counts_once(redis_server: Server, tmp_path: Path) -> None:
    config = tmp_path / "segpulse.toml"
    config.write_text(CONFIG)
    port = free_port()
    with (
        servers.apache_kafka(tmp_path) as broker,
        live(tmp_path, broker.address, redis_server.address, config, embedded=False, partitions=2) as system,
    ):
        system.environ["SEGPULSE_INGEST_PORT"] = str(port)
        door = Door(port)
        with system.child("ingest", "ingest") as ingest:
            system.wait(door.is_ready, "ingest")
            first = calls(range(VISITORS))
            for _ in range(2):
                assert door.post("/v1/segment", first) == 202
            system.wait(lambda: sessions(system) == VISITORS, "forms in Redis")
            broker.child.kill()
            later = calls(range(VISITORS, 2 * VISITORS))
            assert door.post("/v1/segment", later) == 503
            assert door.post("/v1/segment", later) == 503
            system.wait(lambda: not door.is_ready(), "word that Kafka is away")
            broker.child.start()
            system.wait(door.is_ready, "ingest, after Kafka came back")
            for _ in range(2):
                assert door.post("/v1/segment", later) == 202
            assert door.post("/v1/segment", first) == 202
            system.wait(lambda: sessions(system) == 2 * VISITORS, "the other forms in Redis")
            time.sleep(3.0)
            assert sessions(system) == 2 * VISITORS
            ingest.stop()
            said = (tmp_path / "ingest.log").read_text("utf-8")
            assert "Traceback" not in said
            assert said.count("ingest: connected to kafka") == 2
