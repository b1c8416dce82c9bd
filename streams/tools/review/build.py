"""A review, put together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from streams.events.columns import Floats
from streams.kpis.measures import Measures
from streams.messages import DimensionGrowth
from streams.quality.cells import Cells, Row
from streams.quality.grouping import mergers, together
from streams.quality.grown import grown
from streams.quality.numbers import number
from streams.quality.stability import Stability, lasting
from streams.quality.verdicts import Verdicts, verdicts
from streams.settings import Kpi, Settings
from streams.tools.review import model
from streams.tools.review.changes import changes
from streams.tools.review.counted import Counted, counted
from streams.tools.review.earlier import earlier
from streams.tools.review.history import History
from streams.tools.review.segments import States, Why, segments
from streams.tools.review.spans import Spans
from streams.tools.review.splits import Cross, splits
from streams.tools.review.verdicts import by_kpi


class _Seen(NamedTuple):
    """A dimension and what was found of it."""

    counted: Counted
    verdicts: Verdicts


class Builder:
    """Makes the dimensions of a review."""

    def __init__(
        self,
        settings: Settings,
        kpis: Mapping[str, Kpi],
        measures: Measures,
        states: States,
        why: Why,
        dispersion: Mapping[str, Floats],
    ) -> None:
        """`dispersion`: by dimension, as in scoring.daily.Earlier."""
        self._settings, self._kpis, self._measures = settings, kpis, measures
        self._states, self._why, self._dispersion = states, why, dispersion
        self._cells = Cells(settings, kpis, measures)

    def dimensions(self, history: History, spans: Spans) -> list[model.Dimension]:
        """Those that anything came of in the period."""
        seen = {}
        for name, declared in self._settings.dimensions.items():
            of = counted(history, name, declared.max_values, self._kpis, self._measures, spans)
            if of is not None and of.named.any():
                seen[name] = _Seen(of, verdicts(of.days, of.named, self._settings.scoring))
        crosses = {
            name: Cross(each.counted, each.verdicts.chance)
            for name, each in seen.items()
            if self._settings.dimensions[name].cross
        }
        return [self._dimension(name, each, crosses, self._growth(history, name, spans)) for name, each in seen.items()]

    def _growth(self, history: History, name: str, spans: Spans) -> list[DimensionGrowth]:
        most = self._settings.dimensions[name].max_values
        found = earlier(history, name, most, self._dispersion[name], spans)
        return grown(found, self._kpis, self._measures)

    def _dimension(
        self, name: str, seen: _Seen, crosses: Mapping[str, Cross], growth: list[DimensionGrowth]
    ) -> model.Dimension:
        of, scoring, declared = seen.counted, self._settings.scoring, self._settings.dimensions
        cells = self._cells.of(
            name, of.names, of.days.known, of.totals, (of.spans.start, of.spans.end), self._dispersion[name]
        )
        changed = changes(of, seen.verdicts.within.dispersion)
        enough = of.named & (of.trials >= max(scoring.min_trials, 1)).any(axis=1)
        mine = [cross for other, cross in crosses.items() if name in declared[other].cross]
        found = segments(of, cells, changed, seen.verdicts.accuracy, self._states, self._why)
        groups = together(of.names, of.days, enough, seen.verdicts.chance)
        return model.Dimension(
            name=name,
            segments=found,
            accuracy=number(100 * seen.verdicts.accuracy.share),
            groups=groups,
            kpis=by_kpi(of, seen.verdicts, self._stability(of, cells), scoring.min_trials),
            changes=changed.whole if changed is not None else [],
            merges=mergers(groups, {segment.value for segment in found if segment.different}),
            splits=splits(name, mine, declared, scoring.min_trials, scoring.min_effect),
            growth=growth,
        )

    def _stability(self, of: Counted, cells: list[Row]) -> Stability | None:
        if of.totals_before is None or of.spans.before is None:
            return None
        period = of.spans.before, of.spans.start
        before = self._cells.of(
            of.dimension, of.names, of.days.known, of.totals_before, period, self._dispersion[of.dimension]
        )
        named = np.flatnonzero(of.named).tolist()
        return lasting(
            [before[row] for row in named],
            [cells[row] for row in named],
            list(of.kpis),
            self._settings.scoring.min_trials,
        )
