"""Scores and alerts to test with, and what puts them on Kafka as the scorer does."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

import msgspec
import orjson
import redis
from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient

from streams.events.topics import SEGMENT_ALERTS, SEGMENT_SCORES
from streams.messages import Alert, Cell, Diagnosis, Evidence, SegmentScores
from streams.settings import Alerts, Kafka, Redis, Serve, Settings, Span

T0 = 1_700_000_000_000


def cell(kpi: str = "form_fill_rate", window: str = "1h", **other: object) -> Cell:
    figures: dict[str, object] = {
        "start": T0 - 3_600_000,
        "end": T0,
        "numerator": 66,
        "denominator": 500,
        "value": 0.132,
        "rest": 0.11,
        "shrunk": 0.1305,
        "low": 0.121,
        "high": 0.141,
        "index": 120.0,
        "probability_better": 0.999,
        "state": "over",
        "since": T0 - 60_000,
        "kind": "shift",
    }
    return msgspec.convert({"kpi": kpi, "window": window, **figures, **other}, Cell)


def scores(
    value: str = "2",
    at: int = T0,
    cells: Iterable[Cell] | None = None,
    dimension: str = "tier",
    diagnosis: Diagnosis | None = None,
) -> SegmentScores:
    shown = [cell()] if cells is None else list(cells)
    return SegmentScores(dimension=dimension, value=value, at=at, to=at + 70_000, cells=shown, diagnosis=diagnosis)


def too_broad(by: str = "industry") -> Diagnosis:
    """What is said of a segment of several groups."""
    figure = Evidence(f"form_fill_rate in {by}:pharma", 0.05, 0.11, 0.46, 0.38, 0.55)
    return Diagnosis(
        cause="too broad", summary=f"Too broad, split it by {by}: …", evidence=[figure], window="7d", by=by
    )


def alert(value: str = "2", at: int = T0, **other: object) -> Alert:
    figures: dict[str, object] = {
        "fingerprint": f"print-{value}",
        "status": "firing",
        "kind": "shift",
        "dimension": "tier",
        "kpi": "form_fill_rate",
        "window": "1h",
        "state": "over",
        "since": T0 - 60_000,
        "numerator": 66,
        "denominator": 500,
        "actual": 0.132,
        "rest": 0.11,
        "index": 120.0,
        "change": 0.2,
        "evidence": 0.4,
        "impact": 11.0,
        "also": [],
        "reason": "",
        "summary": f"tier:{value} fills in forms 20 % more often than the rest",
    }
    return msgspec.convert({"value": value, "at": at, **figures, **other}, Alert)


def settings(
    broker: str = "127.0.0.1:1", redis_url: str = "redis://127.0.0.1:1/0", port: int = 0, **alerts: str
) -> Settings:
    return Settings(
        kafka=Kafka(broker=broker, session_timeout=Span.parse("6s")),
        redis=Redis(url=redis_url, health_port=port),
        alerts=msgspec.convert({"port": port, **alerts}, Alerts),
        prometheus=Serve(port=port),
        board=Serve(port=port),
    )


class Scorer:
    """Stands for the scorer: makes its topics and writes to them."""

    def __init__(self, broker: str) -> None:
        self.broker = broker
        admin = KafkaAdminClient(bootstrap_servers=broker)
        there = {topic["name"] for topic in admin.describe_topics()}
        made = [topic for topic in (SEGMENT_SCORES, SEGMENT_ALERTS) if topic not in there]
        admin.create_topics({topic: {"num_partitions": 2, "replication_factor": 1} for topic in made})
        admin.wait_for_topics(made)
        admin.close()
        self._producer = KafkaProducer(bootstrap_servers=broker)

    def say(self, *messages: SegmentScores | Alert) -> None:
        for message in messages:
            topic = SEGMENT_ALERTS if isinstance(message, Alert) else SEGMENT_SCORES
            key = f"{message.dimension}:{message.value}"
            self.raw(topic, key, orjson.dumps(msgspec.to_builtins(message)))

    def gone(self, key: str) -> None:
        self.raw(SEGMENT_SCORES, key, None)

    def raw(self, topic: str, key: str, value: bytes | None) -> None:
        self._producer.send(topic, key=key.encode(), value=value).get(timeout=10)

    def close(self) -> None:
        self._producer.close()


def eventually(true: Callable[[], bool], seconds: float = 20.0) -> None:
    """Return as soon as `true()`; fail where it is not so in time. A server that is away counts as not yet."""
    deadline = time.monotonic() + seconds
    while not _true(true):
        assert time.monotonic() < deadline, "did not come true in time"
        time.sleep(0.05)


def _true(true: Callable[[], bool]) -> bool:
    try:
        return true()
    except (OSError, redis.ConnectionError):
        return False
