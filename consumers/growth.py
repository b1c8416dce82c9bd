"""How much each segment has grown, as gauges."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from consumers.latest import Latest
from streams.messages import Grown

LABELS = ("dimension", "segment", "kpi", "window", "against")

#: name -> (help, figure of a growth).
FIGURES: dict[str, tuple[str, Callable[[Grown], float]]] = {
    "ratio": (
        "How much there is of it over what there was in the earlier window; 1.1: a tenth more.",
        lambda g: g.ratio,
    ),
    "low": ("Lower end of the 95 % interval of that.", lambda g: g.low),
    "high": ("Upper end of the 95 % interval of that.", lambda g: g.high),
    "now": ("What there is of it in the window.", lambda g: g.now),
    "before": ("What there was of it in the earlier window.", lambda g: g.before),
}


class GrowthCollector(Collector):
    """Makes the metrics of a scrape out of what stands at that moment."""

    def __init__(self, latest: Latest) -> None:
        self._latest = latest

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """All gauges."""
        families = {
            name: GaugeMetricFamily(f"segpulse_segment_growth_{name}", text, labels=LABELS)
            for name, (text, _) in FIGURES.items()
        }
        for overview in self._latest.overviews():
            for each in overview.growth:
                for value, grown in each.segments.items():
                    labels = (overview.dimension, value, each.growth, each.window, each.against)
                    for name, (_, figure) in FIGURES.items():
                        families[name].add_metric(labels, figure(grown))
        return families.values()
