"""Scores and alerts to test with, and what puts them on Kafka as the scorer does."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

import msgspec
import orjson
import redis
from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient

from consumers.mark_log import write_marks
from consumers.marks import key_of
from streams.events.topics import ALERT_MARKS, DIMENSION_OVERVIEWS, SEGMENT_ALERTS, SEGMENT_SCORES, VISITOR_SEGMENTS
from streams.messages import (
    Acknowledged,
    Against,
    Alert,
    AlertMark,
    Cell,
    Diagnosis,
    DimensionGrowth,
    DimensionOverview,
    DimensionPaths,
    Evidence,
    Grown,
    KpiDivision,
    Muted,
    SegmentationQuality,
    SegmentPaths,
    SegmentScores,
    SegmentVerdict,
)
from streams.settings import Alerts, Kafka, Redis, Scoring, Serve, Settings, Span

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


def overview(dimension: str = "tier", value: str = "accurate", **other: object) -> DimensionOverview:
    """Of three segments: `value` is accurate, one like the rest, one has too few cases; `other` figures as given."""
    verdicts = {value: (True, True, True), "like": (False, True, False), "few": (False, False, False)}
    segments = [
        SegmentVerdict(
            value=name, accurate=accurate, enough=enough, different=different, alike=True, trials=500,
            differs_on="form_fill_rate", dispersion=1.1,
        )
        for name, (accurate, enough, different) in verdicts.items()
    ]  # fmt: skip
    division = KpiDivision(
        kpi="form_fill_rate", spread=0.2, real=0.9, icc=0.01, icc_low=0.004, icc_high=0.03, dispersion=1.1,
        cramers_v=0.1, rank_correlation=0.9, kept_side=0.75, compared=4,
    )  # fmt: skip
    figures: dict[str, object] = {
        "accuracy": 1 / 3, "segments": segments, "groups": [["like"], [value]],
        "merges": [], "kpis": [division],
    }  # fmt: skip
    quality = SegmentationQuality(**{**figures, **other})  # type: ignore[arg-type]
    return DimensionOverview(dimension=dimension, start=T0 - 3_600_000, end=T0, quality=quality, paths=None)


def growth(value: str, against: Against = "week") -> DimensionGrowth:
    """Sales of the segment over a day: a quarter more than earlier, perhaps."""
    day = 86_400_000
    return DimensionGrowth(
        growth="sales_growth",
        window="24h",
        against=against,
        before=T0 - 8 * day,
        start=T0 - day,
        end=T0,
        segments={value: Grown(1.25, 0.95, 1.6, 12_500.5, 10_000)},
    )


def paths(value: str) -> DimensionPaths:
    """40 of 100 sessions of the segment come by clicks to a form fill; of the whole dimension 80 of 200."""
    steps = [[0, 100, 0], [0, 0, 0], [0, 0, 40], [0, 0, 0]]
    topics = ["page_views", "clicks", "form_fills"]
    segment = SegmentPaths(
        value=value, steps=steps, conversion=0.4, removal={"page_views": 0.0, "clicks": 1.0}, likeliest=topics[1:]
    )
    doubled = [[2 * each for each in row] for row in steps]
    return DimensionPaths(
        to="form_fills",
        touchpoints=topics,
        segments=[segment],
        whole=msgspec.structs.replace(segment, value="", steps=doubled),
    )


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


def acknowledged(value: str = "2", opened: int = T0, **other: object) -> Acknowledged:
    said: dict[str, object] = {"fingerprint": f"print-{value}", "by": "Ada", "at": T0}
    return msgspec.convert({"mark": "acknowledged", "opened": opened, **said, **other}, Acknowledged)


def muted(segment: str = "tier:2", until: int | None = None, **other: object) -> Muted:
    said: dict[str, object] = {"by": "Ada", "at": T0}
    return msgspec.convert({"mark": "muted", "segment": segment, "until": until, **said, **other}, Muted)


def settings(
    broker: str = "127.0.0.1:1",
    redis_url: str = "redis://127.0.0.1:1/0",
    port: int = 0,
    kpis: tuple[str, ...] = ("standard",),
    **alerts: str,
) -> Settings:
    return Settings(
        kafka=Kafka(broker=broker, session_timeout=Span.parse("6s")),
        redis=Redis(url=redis_url, health_port=port),
        alerts=msgspec.convert({"port": port, **alerts}, Alerts),
        prometheus=Serve(port=port),
        board=Serve(port=port),
        scoring=Scoring(kpis=kpis),
    )


class Scorer:
    """Stands for the scorer: makes its topics and writes to them."""

    def __init__(self, broker: str) -> None:
        self.broker = broker
        admin = KafkaAdminClient(bootstrap_servers=broker)
        there = {topic["name"] for topic in admin.describe_topics()}
        wanted = (SEGMENT_SCORES, DIMENSION_OVERVIEWS, SEGMENT_ALERTS, ALERT_MARKS, VISITOR_SEGMENTS)
        made = [topic for topic in wanted if topic not in there]
        admin.create_topics({topic: {"num_partitions": 2, "replication_factor": 1} for topic in made})
        admin.wait_for_topics(made)
        admin.close()
        self._producer = KafkaProducer(bootstrap_servers=broker)

    def say(self, *messages: SegmentScores | Alert) -> None:
        for message in messages:
            topic = SEGMENT_ALERTS if isinstance(message, Alert) else SEGMENT_SCORES
            key = f"{message.dimension}:{message.value}"
            self.raw(topic, key, orjson.dumps(msgspec.to_builtins(message)))

    def mark(self, *marks: AlertMark) -> None:
        write_marks(Kafka(broker=self.broker), {key_of(mark): mark for mark in marks})

    def tell(self, told: DimensionOverview) -> None:
        self.raw(DIMENSION_OVERVIEWS, told.dimension, msgspec.json.encode(told))

    def gone(self, key: str) -> None:
        self.raw(SEGMENT_SCORES, key, None)

    def raw(self, topic: str, key: str, value: bytes | None) -> None:
        self._producer.send(topic, key=key.encode(), value=value).get(timeout=10)

    def close(self) -> None:
        self._producer.close()


def eventually(true: Callable[[], bool], seconds: float = 60.0) -> None:
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
