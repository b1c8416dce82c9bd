"""The metrics of a worker and of the scores, as the real ones give them, served for a real Prometheus."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
from prometheus_client import CollectorRegistry

from consumers.growth import GrowthCollector
from consumers.latest import Latest
from consumers.prometheus import ScoresCollector
from consumers.quality import QualityCollector
from consumers.state import Scored, Update
from streams.engine.metrics import Metrics
from streams.messages import Cell, SegmentScores, State
from streams.serving import Health, serve
from streams.tools.local.servers import LOOPBACK
from tests.consumers.samples import growth, overview

AT_PAR = ("mql_rate", "sql_rate", "lead_conversion")  # KPIs that nothing is wrong with


def scores(dimension: str, value: str, state: State, index: float) -> SegmentScores:
    """One segment's scores over an hour, a moment ago."""
    now = int(time.time() * 1000)
    cell = Cell(
        kpi="form_fill_rate", window="1h", start=now - 3_600_000, end=now, numerator=21, denominator=1000, value=0.021,
        rest=0.036, shrunk=0.022, low=0.014, high=0.031, index=index, probability_better=0.001, state=state,
        since=now - 600_000, kind="silent" if state == "silent" else "shift",
    )  # fmt: skip
    others = [msgspec.structs.replace(cell, kpi=kpi, state="par", kind=None) for kpi in AT_PAR]
    return SegmentScores(dimension=dimension, value=value, at=now, to=now, cells=[cell, *others])


@contextmanager
def serving(*segments: SegmentScores) -> Iterator[tuple[str, Metrics]]:
    """host:port where all of segpulse's metrics are scraped, and the worker's, to be counted up."""
    metrics = Metrics()
    _touch(metrics)
    latest = Latest()
    now = int(time.time() * 1000)
    scored: dict[str, Scored | None] = {f"{s.dimension}:{s.value}": Scored(s, now) for s in segments}
    told = overview("industry", reviewed=now - 40 * 86_400_000, review_due=now + 50 * 86_400_000)
    told = msgspec.structs.replace(told, growth=[growth(s.value) for s in segments if s.dimension == "industry"])
    latest.apply(Update(scored, [], whole=True, overviews={"industry": told}))
    both = CollectorRegistry()
    both.register(ScoresCollector(latest))
    both.register(QualityCollector(latest))
    both.register(GrowthCollector(latest))
    both.register(metrics.registry)
    server = serve(both, Health(), LOOPBACK, 0)
    try:
        yield f"{LOOPBACK}:{server.server_port}", metrics
    finally:
        server.shutdown()
        server.server_close()


def _touch(metrics: Metrics) -> None:
    metrics.events.labels("clicks").inc(100)
    metrics.duplicates.labels("clicks").inc()
    metrics.late.labels("clicks").inc()
    metrics.dead_letters.labels("malformed").inc()
    metrics.overflow.labels("campaign").inc()
    metrics.folded.labels("campaign").inc()
    metrics.lag.labels("clicks", "0").set(7)
    metrics.watermark.labels("0").set(time.time() - 60)
    metrics.checkpoint.observe(0.2)
    metrics.tick.labels("industry").set(time.time() - 90)
    metrics.alerts.labels("under", "firing").inc()
