"""What `segpulse consume alerts` tells Prometheus about itself: whether those on call are told at all."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge


class Metrics:
    """All metrics of the process, in one registry; each from the start, or an increase from nothing is not seen."""

    def __init__(self, receivers: Iterable[str]) -> None:
        """`receivers` are their names."""
        self.registry = registry = CollectorRegistry()
        self.delivered = Counter(
            "segpulse_pages_delivered", "Pages that the receiver has taken.", ["receiver"], registry=registry
        )
        self.refused = Counter(
            "segpulse_pages_refused", "Pages that the receiver will never take; passed over.", ["receiver"],
            registry=registry,
        )  # fmt: skip
        self.up = Gauge(
            "segpulse_receiver_up", "0: the receiver cannot take pages now; they wait, and it is tried again.",
            ["receiver"], registry=registry,
        )  # fmt: skip
        for name in receivers:
            self.delivered.labels(name)
            self.refused.labels(name)
            self.up.labels(name).set(1)
