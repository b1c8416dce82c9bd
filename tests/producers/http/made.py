"""Requests to an ingest whose Kafka is a list."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import orjson
from aiohttp.test_utils import TestClient, TestServer

from producers.http.delivery import AwayError, Delivery
from producers.http.doors import doors
from producers.http.metrics import Metrics
from producers.http.server import Ingest
from streams.serving import Health
from streams.settings import Ingest as IngestSettings
from streams.settings import Settings, Time
from streams.tools.sending.acknowledged import Keyed

NOW = 1_767_605_400_000  # ms; 2026-01-05T09:30:00Z


class Taken(Delivery):
    """Takes everything, or nothing while it is `away`."""

    def __init__(self) -> None:
        self.records: list[Keyed] = []
        self.away = ""

    async def deliver(self, records: Sequence[Keyed]) -> None:
        if self.away:
            raise AwayError(self.away)
        self.records += records

    def events(self) -> list[tuple[str, dict[str, Any]]]:
        """Topic and value of each record."""
        return [(record.topic, orjson.loads(record.value)) for record in self.records]


class Answer(NamedTuple):
    status: int
    text: str
    headers: Mapping[str, str]

    @property
    def said(self) -> dict[str, Any]:
        answer: dict[str, Any] = orjson.loads(self.text)
        return answer

    def reasons(self) -> list[tuple[int, str]]:
        """Of what is refused."""
        return [(each["index"], each["reason"]) for each in self.said["refused"]]


class Sent:
    """An ingest and who sends to it. The events of the past are taken, as time is told by events."""

    def __init__(self, settings: Settings | None = None, **ingest: Any) -> None:
        given = settings or Settings(time=Time(clock="event"))
        self.settings = msgspec.structs.replace(given, ingest=msgspec.convert(ingest, IngestSettings))
        self.kafka, self.health = Taken(), Health()
        self.metrics = Metrics({door.name for door in doors(self.settings).values()})

    def post(self, path: str, body: object, **headers: str) -> Answer:
        """Post `body`: bytes as they are, anything else as JSON. `headers` with _ for -."""
        data = body if isinstance(body, bytes) else orjson.dumps(body)
        named = {"Content-Type": "application/json", **{key.replace("_", "-"): value for key, value in headers.items()}}
        return self._ask("POST", path, data, named)

    def get(self, path: str, **headers: str) -> Answer:
        return self._ask("GET", path, b"", headers)

    def metric(self, name: str, **labels: str) -> float:
        return self.metrics.registry.get_sample_value(name, labels) or 0.0

    def _ask(self, method: str, path: str, data: bytes, headers: Mapping[str, str]) -> Answer:
        async def ask() -> Answer:
            app = Ingest(self.settings, self.kafka, self.metrics, self.health).application()
            async with TestClient(TestServer(app)) as client:
                response = await client.request(method, path, data=data, headers=headers)
                return Answer(response.status, await response.text(), dict(response.headers))

        return asyncio.run(ask())


def click(**fields: object) -> dict[str, object]:
    return {"visitor_id": "v-17", "timestamp": NOW, **fields}
