"""A tick of one dimension, from counts to states and alerts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from streams.events.columns import Bools, Floats, Ints
from streams.events.terms import SPENT
from streams.kpis.measures import Measures
from streams.messages import Alert
from streams.scoring import baseline, states
from streams.scoring.alerts.calls import Calls, Now
from streams.scoring.alerts.pipeline import Pipeline
from streams.scoring.allocation import allocated
from streams.scoring.baseline import Counts
from streams.scoring.evidence.candidates import candidates
from streams.scoring.evidence.series import Found
from streams.scoring.evidence.silence import Quiet
from streams.scoring.evidence.weighing import Weighing
from streams.scoring.quantities import Quantities, scored
from streams.scoring.standing import Saved, Standing
from streams.segments.registry import UNKNOWN
from streams.settings import Kpi, Settings


class Judge:
    """What is remembered of a dimension's rows, and what follows from a tick's counts."""

    def __init__(self, dimension: str, settings: Settings, kpis: Mapping[str, Kpi], measures: Measures) -> None:
        self._rule = settings.scoring
        self._tick = settings.time.tick
        self._longest = int(np.argmax(settings.scoring.windows))
        self._quantities = Quantities(kpis, measures)
        self._spent, self._sessions = measures.column(SPENT), measures.sessions
        self._comes = measures.of_events
        self._good = self._quantities.units.good
        #: Of each figure (index) the means of the same sum.
        self._same_sum = {
            j: [i for i, other in enumerate(kpis.values()) if (other.model, other.numerator) == ("mean", kpi.numerator)]
            for j, kpi in enumerate(kpis.values())
            if kpi.model == "figure"
        }
        self._least = self._rule.min_trials * self._quantities.units.denominator
        self._scored = scored(settings.scoring.windows, kpis)
        self._weighing = Weighing(settings, kpis)
        self._calls = Calls(dimension, settings, kpis)
        self._pipeline = Pipeline(dimension, settings)
        self.standing = Standing([str(w) for w in settings.scoring.windows], {n: _mark(kpi) for n, kpi in kpis.items()})
        self._closed: list[Alert] = []  # alerts that the predecessor's settings had raised and these would not

    def begin(self, rows: Sequence[int], total: int) -> None:
        """Nothing is known of `rows`; there are `total` rows now."""
        self.standing.begin(rows, total)
        self._weighing.begin(rows, total)

    def restore(self, saved: Saved, rows: Sequence[int]) -> None:
        """Go on as the predecessor would; `rows` of the saved segments, in their order."""
        columns = self.standing.columns(saved)
        self.standing.restore(saved, dict(zip(saved.segments, rows, strict=True)))
        if saved.weighing is not None:
            self._weighing.restore(rows, saved.weighing, columns)
        self._closed = self._calls.closed(saved.tick, saved, columns)

    def save(self, tick: int, names: Sequence[str | None]) -> Saved:
        """What a successor must know; `names` by row."""
        rows = [(row, name) for row, name in enumerate(names) if name is not None and self.standing.seen[row]]
        return self.standing.save(tick, rows, self._weighing.save([row for row, _ in rows]))

    def counts(self, totals: Ints, eligible: Bools, shift: npt.NDArray[np.int8]) -> Counts:
        """Own and rest's, of `totals` [windows × rows × measures]; those that fire (`shift`) are no part of a rest."""
        if self._spent >= 0:
            totals = allocated(totals, eligible, self._spent, self._sessions)
        numerator, denominator = self._quantities.numerator(totals), self._quantities.denominator(totals)
        spared = baseline.can_spare(denominator, eligible, shift != 0)
        others = (baseline.rest(each, eligible, shift != 0, spared) for each in (numerator, denominator))
        return Counts(numerator, denominator, *others)

    def clusters(self, totals: Ints, dispersion: Floats) -> Floats:
        """How much of each numerator [KPIs] comes at once, by `totals` [windows × rows × measures]: of a count one, of
        a mean its pieces' mean size, and by as much more as they come unevenly; of a figure as of means of the same
        sum, NaN where there is none.
        """
        clusters = self._quantities.piece(totals[self._longest]) * dispersion
        for figure, means in self._same_sum.items():
            clusters[figure] = clusters[means].max() if means else np.nan
        return clusters

    def dispersion(self) -> Floats:
        """By how much more than independent hits each KPI's vary [KPIs], at least 1."""
        return self._weighing.dispersion()

    def judge(self, tick: int, names: Sequence[str | None], totals: Ints, gained: Ints) -> list[Alert]:
        """The alerts of `tick` (ms), by `totals` and what was `gained` since the last one [rows × measures]."""
        standing = self.standing
        eligible = np.array([name not in (None, UNKNOWN) for name in names], dtype=np.bool_)
        counts = self.counts(totals, eligible, standing.of["shift"])
        there = eligible[:, None] & (counts.denominator[self._longest] > 0)
        live = there & self._quantities.units.tested
        piece = self._quantities.piece(totals[self._longest])
        hits, trials = self._quantities.hits(gained, piece)
        found, quiet = self._weighing.step(tick, self._tick, hits, trials, eligible, live)
        self._stand(found, quiet, there, live)
        cells = states.of_cells(standing.of["series"], found, counts, self._good, self._least)
        standing.move(
            np.where(self._scored[:, None, :], cells, states.LEARNING).astype(np.int8),
            np.asarray(totals.any(axis=(0, 2))),
            tick,
        )
        closed, self._closed = self._closed, []
        usual = int(counts.denominator[self._longest][:, self._quantities.units.tested].sum(axis=0).max(initial=0))
        return [
            *closed,
            *self._pipeline.changed(tick, bool(gained[:, self._comes].any()), usual, standing),
            *self._calls.changed(Now(tick, names, counts, found, quiet, piece), standing),
        ]

    def _stand(self, found: Found, quiet: Quiet, there: Bools, live: Bools) -> None:
        """Where every series stands by now."""
        of = self.standing.of
        candidate = candidates(found.e_value, live)
        series = states.of_series(of["series"], found, quiet.silent, candidate, self._good, self._rule)
        untested = np.where(there, states.PAR, states.LEARNING)  # or not there
        of.update(series=np.where(live, series, untested).astype(np.int8), shift=found.shift, wait=found.wait)


def _mark(kpi: Kpi) -> str:
    """What changes when evidence on the KPI is no longer about the same."""
    return msgspec.json.encode([kpi.numerator, kpi.denominator, kpi.model, kpi.good]).decode()
