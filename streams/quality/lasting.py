"""Does a dimension's order last from one month to the next, live? What `stability` says, as far as months are held."""

from __future__ import annotations

from msgspec.structs import replace

from streams.messages import SegmentationQuality
from streams.quality.cells import Cells
from streams.quality.days import known
from streams.quality.numbers import number
from streams.quality.stability import lasting
from streams.scoring.daily import Earlier


def with_stability(
    quality: SegmentationQuality, earlier: Earlier, cells: Cells, min_trials: int
) -> SegmentationQuality:
    """The same with the stability of each KPI, of the segments judged; as it is where no two months are held."""
    month = earlier.month
    if month is None:
        return quality
    kpis = [kpi.kpi for kpi in quality.kpis]
    judged = {segment.value for segment in quality.segments}
    rows = [row for row, name in enumerate(earlier.names) if name in judged]
    before, now = (
        cells.of(
            earlier.dimension,
            earlier.names,
            known(earlier.names),
            totals,
            (end - month.comparison.window, end),
            earlier.dispersion,
        )
        for totals, end in zip((month.before, month.now), month.ends, strict=True)
    )
    said = lasting([before[row] for row in rows], [now[row] for row in rows], kpis, min_trials)
    return replace(
        quality,
        kpis=[
            replace(
                kpi,
                rank_correlation=number(said.rank[column]),
                kept_side=number(said.kept[column]),
                compared=int(said.segments[column]),
            )
            for column, kpi in enumerate(quality.kpis)
        ],
    )
