"""A review, put together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from streams.kpis.measures import Measures
from streams.messages import Cell, State
from streams.quality.accuracy import Accuracy
from streams.quality.heterogeneity import Floats
from streams.quality.stability import Stability, stability
from streams.settings import Kpi, Settings
from streams.tools.review import model
from streams.tools.review.cells import Cells
from streams.tools.review.changes import Changes, changes
from streams.tools.review.counted import Counted, counted
from streams.tools.review.figures import grown, number
from streams.tools.review.grouping import mergers, together
from streams.tools.review.history import History
from streams.tools.review.spans import Spans
from streams.tools.review.splits import Cross, splits
from streams.tools.review.verdicts import Verdicts, by_kpi, verdicts

States = Mapping[tuple[str, str, str], State]


class _Seen(NamedTuple):
    """A dimension and what was found of it."""

    counted: Counted
    verdicts: Verdicts


class Builder:
    """Makes the dimensions of a review."""

    def __init__(self, settings: Settings, kpis: Mapping[str, Kpi], measures: Measures, states: States) -> None:
        self._settings, self._kpis, self._measures, self._states = settings, kpis, measures, states
        self._cells = Cells(settings, kpis, measures)

    def dimensions(self, history: History, spans: Spans) -> list[model.Dimension]:
        """Those that anything came of in the period."""
        seen = {}
        for name, declared in self._settings.dimensions.items():
            of = counted(history, name, declared.max_values, self._kpis, self._measures, spans)
            if of is not None and of.named.any():
                seen[name] = _Seen(of, verdicts(of, self._settings.scoring))
        crosses = {
            name: Cross(each.counted, each.verdicts.chance)
            for name, each in seen.items()
            if self._settings.dimensions[name].cross
        }
        return [self._dimension(name, each, crosses) for name, each in seen.items()]

    def _dimension(self, name: str, seen: _Seen, crosses: Mapping[str, Cross]) -> model.Dimension:
        of, scoring, declared = seen.counted, self._settings.scoring, self._settings.dimensions
        cells = self._cells.of(of, of.totals, of.spans.start, of.spans.end)
        changed = changes(of, seen.verdicts.within.dispersion)
        enough = of.named & (of.trials >= max(scoring.min_trials, 1)).any(axis=1)
        mine = [cross for other, cross in crosses.items() if name in declared[other].cross]
        segments = self._segments(seen, cells, changed)
        groups = together(of, enough, seen.verdicts.chance)
        return model.Dimension(
            name=name,
            segments=segments,
            accuracy=number(100 * seen.verdicts.accuracy.share),
            groups=groups,
            kpis=by_kpi(of, seen.verdicts, self._stability(of, cells), scoring.min_trials),
            changes=changed.whole if changed is not None else [],
            merges=mergers(groups, {segment.value for segment in segments if segment.different}),
            splits=splits(name, mine, declared, scoring.min_trials, scoring.min_effect),
        )

    def _stability(self, of: Counted, cells: list[dict[str, Cell]]) -> Stability | None:
        if of.days_before is None or of.totals_before is None or of.spans.before is None:
            return None
        before = self._cells.of(of, of.totals_before, of.spans.before, of.spans.start)
        named = of.named
        return stability(
            _index(before, of)[named],
            np.asarray(of.days_before.trials.sum(axis=0))[named],
            _index(cells, of)[named],
            of.trials[named],
            self._settings.scoring.min_trials,
        )

    def _segments(self, seen: _Seen, cells: list[dict[str, Cell]], changed: Changes | None) -> list[model.Segment]:
        of, found = seen.counted, seen.verdicts.accuracy
        position = np.cumsum(of.named) - 1
        out = []
        for row, value in enumerate(of.names):
            figures = [
                self._figure(cells[row][kpi], changed, row, column, self._states.get((of.dimension, value, kpi)))
                for column, kpi in enumerate(of.kpis)
                if of.came(row, column)
            ]
            out.append(_segment(value, figures, list(of.kpis), found, int(position[row]) if of.named[row] else None))
        return out

    def _figure(self, cell: Cell, changed: Changes | None, row: int, column: int, state: State | None) -> model.Figure:
        known = cell.rest is not None and cell.denominator > 0
        return model.Figure(
            kpi=cell.kpi,
            numerator=cell.numerator,
            denominator=cell.denominator,
            value=cell.value,
            rest=cell.rest,
            low=cell.low,
            high=cell.high,
            index=cell.index,
            state=state,
            extra=cell.numerator - cell.denominator * cell.rest if known and cell.rest is not None else None,
            growth=grown(changed.value, row, column) if changed is not None else None,
            volume=grown(changed.volume, row, column) if changed is not None else None,
            mix=number(changed.effect.mix[row, column]) if changed is not None else None,
            rate=number(changed.effect.rate[row, column]) if changed is not None else None,
        )


def _segment(
    value: str, figures: list[model.Figure], kpis: list[str], found: Accuracy, at: int | None
) -> model.Segment:
    """`at`: where the segment is in `found`; None: it is none."""
    is_one = at is not None
    row = at if at is not None else 0
    kpi = int(found.kpi[row])
    return model.Segment(
        value=value,
        figures=figures,
        accurate=bool(found.accurate[row]) if is_one else None,
        enough=bool(found.enough[row]) if is_one else None,
        different=bool(found.different[row]) if is_one else None,
        alike=bool(found.alike[row]) if is_one else None,
        trials=int(found.trials[row]) if is_one else None,
        differs_on=kpis[kpi] if is_one and kpi >= 0 else None,
        p_value=number(found.p_value[row]) if is_one else None,
        dispersion=number(found.dispersion[row]) if is_one else None,
    )


def _index(cells: list[dict[str, Cell]], of: Counted) -> Floats:
    """[segments × KPIs]; NaN where there is none."""
    return np.array([[row[kpi].index for kpi in of.kpis] for row in cells], dtype=np.float64)
