"""What `segpulse ingest` tells Prometheus about itself."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """All metrics of the process, in one registry; `endpoint` is one of few names, whatever is asked for."""

    def __init__(self, endpoints: Iterable[str]) -> None:
        self.registry = registry = CollectorRegistry()
        self.requests = Counter(
            "segpulse_ingest_requests", "Requests by their answer.", ["endpoint", "code"], registry=registry
        )
        self.seconds = Histogram(
            "segpulse_ingest_request_seconds", "From the request to its answer, Kafka's acknowledgement included.",
            ["endpoint"], buckets=_SECONDS, registry=registry,
        )  # fmt: skip
        self.accepted = Counter(
            "segpulse_ingest_accepted_events", "Events that Kafka has acknowledged.", ["endpoint"], registry=registry
        )
        self.refused = Counter(
            "segpulse_ingest_refused_events", "Events that cannot be counted; their sender was told why.",
            ["endpoint", "reason"], registry=registry,
        )  # fmt: skip
        self.ignored = Counter(
            "segpulse_ingest_ignored_events", "Events whose names are mapped to no topic.", ["endpoint"],
            registry=registry,
        )  # fmt: skip
        self.kafka_up = Gauge(
            "segpulse_ingest_kafka_up", "0: Kafka does not acknowledge; senders are told to come again.",
            registry=registry,
        )  # fmt: skip
        for name in endpoints:  # from the start, or an increase from nothing is not seen
            self.accepted.labels(name)
            self.ignored.labels(name)
            self.seconds.labels(name)
