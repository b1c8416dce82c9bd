"""How well each dimension divides people, as gauges."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from consumers.latest import Latest
from consumers.verdicts import verdict
from streams.messages import KpiDivision, SegmentationQuality

#: name -> (help, figure of a dimension's KPI). A figure that is None has no series.
DIVISIONS: dict[str, tuple[str, Callable[[KpiDivision], float | None]]] = {
    "spread_ratio": ("How far a typical segment is from the average, chance taken out.", lambda kpi: kpi.spread),
    "real_ratio": ("How much of the differences between segments is not chance (I²).", lambda kpi: kpi.real),
    "icc": ("Share of the variance that lies between the segments.", lambda kpi: kpi.icc),
    "icc_low": ("Lower end of its 95 % interval.", lambda kpi: kpi.icc_low),
    "icc_high": ("Upper end of its 95 % interval.", lambda kpi: kpi.icc_high),
    "dispersion": ("How the segments' days vary, the median; 1 is chance.", lambda kpi: kpi.dispersion),
    "cramers_v": ("How far behaviour agrees with the trait: 0 not at all, 1 wholly.", lambda kpi: kpi.cramers_v),
    "rank_correlation": (
        "Of the segments' indices with the month before: 1 the same order, 0 none.",
        lambda kpi: kpi.rank_correlation,
    ),
    "kept_side_ratio": (
        "Segments on the same side of the rest as the month before; half is chance.",
        lambda kpi: kpi.kept_side,
    ),
}


class QualityCollector(Collector):
    """Makes the metrics of a scrape out of what stands at that moment."""

    def __init__(self, latest: Latest) -> None:
        self._latest = latest

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """All gauges."""
        accuracy = _gauge("accuracy_ratio", "Accurate segments over segments; the aim is more than 0.85.", "dimension")
        groups = _gauge("groups", "Groups of segments that can be told apart; 3 to 5 are usual.", "dimension")
        at = _gauge("overview_at_timestamp_seconds", "The tick (event time) that this is as of.", "dimension")
        reviewed = _gauge("reviewed_timestamp_seconds", "The day of the last review (review.last).", "dimension")
        due = _gauge("review_due_timestamp_seconds", "When the next review is due.", "dimension")
        divisions = {name: _gauge(name, text, "dimension", "kpi") for name, (text, _) in DIVISIONS.items()}
        verdicts = GaugeMetricFamily(
            "segpulse_segment_verdict",
            "1; verdict: is the segment worth having? group: those of one group nothing tells apart.",
            labels=("dimension", "segment", "verdict", "group"),
        )
        for overview in self._latest.overviews():
            dimension, quality = overview.dimension, overview.quality
            at.add_metric((dimension,), overview.end / 1000)
            if quality is None:
                continue
            groups.add_metric((dimension,), len(quality.groups))
            if quality.accuracy is not None:
                accuracy.add_metric((dimension,), quality.accuracy)
            for gauge, when in ((reviewed, quality.reviewed), (due, quality.review_due)):
                if when is not None:
                    gauge.add_metric((dimension,), when / 1000)
            _add_verdicts(verdicts, dimension, quality)
            for kpi in quality.kpis:
                for name, (_, figure) in DIVISIONS.items():
                    value = figure(kpi)
                    if value is not None:
                        divisions[name].add_metric((dimension, kpi.kpi), value)
        return [accuracy, groups, at, reviewed, due, *divisions.values(), verdicts]


def _gauge(name: str, text: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"segpulse_dimension_{name}", text, labels=labels)


def _add_verdicts(verdicts: GaugeMetricFamily, dimension: str, quality: SegmentationQuality) -> None:
    group = {value: str(number) for number, values in enumerate(quality.groups, 1) for value in values}
    for segment in quality.segments:
        labels = (dimension, segment.value, verdict(segment), group.get(segment.value, ""))
        verdicts.add_metric(labels, 1)
