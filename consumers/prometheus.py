"""`segpulse consume prometheus`: the latest scores as gauges. A segment that is gone has no series any more."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from contextlib import closing

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from consumers.growth import GrowthCollector
from consumers.latest import Latest
from consumers.quality import QualityCollector
from consumers.serving import serving
from consumers.state import read_state
from streams.messages import Cell
from streams.serving import Health
from streams.settings import Settings

LABELS = ("dimension", "segment", "kpi", "window")

#: name -> (help, figure of a cell). A figure that is None has no series.
FIGURES: dict[str, tuple[str, Callable[[Cell], float | None]]] = {
    "value": ("The segment's KPI over the window: numerator / trials.", lambda cell: cell.value),
    "rest": ("The same KPI of the rest of the dimension.", lambda cell: cell.rest),
    "shrunk": ("The value drawn towards the rest as far as the evidence is thin.", lambda cell: cell.shrunk),
    "low": ("Lower end of the 95 % interval of the shrunk value.", lambda cell: cell.low),
    "high": ("Upper end of the 95 % interval of the shrunk value.", lambda cell: cell.high),
    "index": ("100: on a par with the rest; 120: 20 % better in the good direction.", lambda cell: cell.index),
    "probability_better": ("Probability that the segment is better than the rest.", lambda c: c.probability_better),
    "trials": ("The KPI's denominator over the window.", lambda cell: cell.denominator),
    "numerator": ("The KPI's numerator over the window.", lambda cell: cell.numerator),
    "needs_days": ("Days until a change of 20 % would be seen, at the present volume.", lambda cell: cell.needs_days),
    "state_since_timestamp_seconds": ("When the state was entered (event time).", lambda cell: cell.since / 1000),
}


class ScoresCollector(Collector):
    """Makes the metrics of a scrape out of what stands at that moment, so nothing that is gone can linger."""

    def __init__(self, latest: Latest) -> None:
        self._latest = latest

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """All gauges, in base units."""
        families = {
            name: GaugeMetricFamily(f"segpulse_segment_{name}", text, labels=LABELS)
            for name, (text, _) in FIGURES.items()
        }
        states = GaugeMetricFamily(
            "segpulse_segment_state",
            "1 for the state that the segment is in; kind: what makes it over, under or silent.",
            labels=(*LABELS, "state", "kind"),
        )
        newest: dict[str, int] = {}
        for scores, _ in self._latest.all():
            newest[scores.dimension] = max(scores.at, newest.get(scores.dimension, 0))
            for cell in scores.cells:
                labels = (scores.dimension, scores.value, cell.kpi, cell.window)
                states.add_metric((*labels, cell.state, cell.kind or ""), 1)
                for name, (_, figure) in FIGURES.items():
                    value = figure(cell)
                    if value is not None:
                        families[name].add_metric(labels, value)
        at = GaugeMetricFamily(
            "segpulse_scores_at_timestamp_seconds", "The latest tick (event time) scored.", labels=("dimension",)
        )
        for dimension, tick in newest.items():
            at.add_metric((dimension,), tick / 1000)
        return [*families.values(), states, at]


def run(settings: Settings, stop: threading.Event) -> None:
    """Serve `/metrics` on settings.prometheus until `stop`. Raises CannotStartError where the port is taken."""
    latest, health = Latest(), Health()
    registry = CollectorRegistry()
    registry.register(ScoresCollector(latest))
    registry.register(QualityCollector(latest))
    registry.register(GrowthCollector(latest))
    with (
        serving(registry, health, "prometheus.", settings.prometheus.host, settings.prometheus.port),
        closing(read_state(settings.kafka, stop, health=health)) as updates,
    ):
        for update in updates:
            latest.apply(update)
