"""What the worker tells Prometheus about itself."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector


class Metrics:
    """All metrics of a worker, in one registry."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)  # CPU, memory, open files
        self.events = Counter("segpulse_events", "Events taken.", ["topic"], registry=registry)
        self.duplicates = Counter(
            "segpulse_duplicates", "Events whose id had been seen already; not counted again.", ["topic"],
            registry=registry,
        )  # fmt: skip
        self.late = Counter(
            "segpulse_late_events", "Events that came after the watermark had passed them; counted, out of order.",
            ["topic"], registry=registry,
        )  # fmt: skip
        self.dead_letters = Counter(
            "segpulse_dead_letters", "Records that could not be counted.", ["reason"], registry=registry
        )
        self.expired = Counter(
            "segpulse_expired_records", "Records that Kafka had removed before any worker read them.", ["topic"],
            registry=registry,
        )  # fmt: skip
        self.overflow = Counter(
            "segpulse_overflow_values",
            "Events counted as `other` of a dimension that has more values than a source partition tells apart, which "
            "is 20 times its max_values.",
            ["dimension"], registry=registry,
        )  # fmt: skip
        self.folded = Counter(
            "segpulse_folded_values",
            "Values with counts that a tick of the scorer showed in `other`: beyond their dimension's max_values.",
            ["dimension"], registry=registry,
        )  # fmt: skip
        self.lag = Gauge(
            "segpulse_lag_records", "Records of a source topic partition that have not been read yet.",
            ["topic", "partition"], registry=registry,
        )  # fmt: skip
        self.watermark = Gauge(
            "segpulse_watermark_timestamp_seconds", "Event time that a source partition has come to.", ["partition"],
            registry=registry,
        )  # fmt: skip
        self.tick = Gauge(
            "segpulse_tick_timestamp_seconds", "Event time that a dimension has been scored to.", ["dimension"],
            registry=registry,
        )  # fmt: skip
        self.checkpoint = Histogram(
            "segpulse_checkpoint_seconds", "Time that a checkpoint took, until Kafka had acknowledged all of it.",
            registry=registry,
        )  # fmt: skip
        self.alerts = Counter("segpulse_alerts", "Alerts sent.", ["state", "status"], registry=registry)
