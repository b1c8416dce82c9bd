"""The evidence on all series of a dimension, weighed so that the whole board keeps its budget of false alarms.

The budget is shared out evenly over the dimensions. Every window of a KPI shows
the same trials, so a series is one segment's KPI, whatever the windows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from streams.events.columns import Bools, Floats
from streams.scoring import baseline
from streams.scoring.evidence import budget
from streams.scoring.evidence.memory import Kept
from streams.scoring.evidence.series import Evidence, Found, Trials
from streams.scoring.evidence.silence import Quiet, Silence
from streams.scoring.quantities import Units
from streams.settings import Kpi, Settings


class SavedWeighing(msgspec.Struct, frozen=True, array_like=True):
    """What is known of some rows."""

    evidence: Kept
    silence: Kept


def first_of_each_denominator(kpis: Mapping[str, Kpi]) -> Bools:
    """[KPIs]: silence is of the trials, so of several KPIs with the same trials only the first tells of it."""
    of = [kpi.denominator if kpi.tested else None for kpi in kpis.values()]  # a figure's need be no trials
    return np.array([d is not None and d not in of[:i] for i, d in enumerate(of)], dtype=np.bool_)


class Weighing:
    """Evidence and silence of one dimension's rows, tick by tick."""

    def __init__(self, settings: Settings, kpis: Mapping[str, Kpi]) -> None:
        units = Units.of(kpis)
        self._evidence = Evidence(units.binomial, settings.scoring.settle, units.mean, units.lags)
        self._silence = Silence(len(kpis))
        self._per_day = settings.scoring.false_alarms_per_day / len(settings.dimensions)
        self._own_trials = first_of_each_denominator(kpis)

    def begin(self, rows: Sequence[int], total: int) -> None:
        """Nothing is known of `rows`; there are `total` rows now."""
        self._evidence.begin(rows, total)
        self._silence.begin(rows, total)

    def step(
        self, tick: int, span: int, hits: Floats, trials: Floats, eligible: Bools, live: Bools
    ) -> tuple[Found, Quiet]:
        """Take in what came in the `span` (ms) that ends at `tick` (ms): `hits` and `trials` [rows × KPIs].

        `eligible` [rows]: those whose value is known; `live` [rows × KPIs]: the series that may call, and so share the
        budget.
        """
        own = Trials(hits, trials)
        none = np.zeros_like(live)
        volume = baseline.rest(trials.astype(np.int64), eligible, firing=none, spared=none).astype(np.float64)
        shifts, silences = int(live.sum()), int((live & self._own_trials).sum())
        found = self._evidence.step(tick, span, own, eligible, budget.arl_of_shift(shifts, self._per_day))
        quiet = self._silence.step(tick, span, own.trials, volume, budget.arl_of_silence(silences, self._per_day))
        return found, quiet

    def dispersion(self) -> Floats:
        """By how much more than independent hits each KPI's vary [KPIs]."""
        return self._evidence.dispersion()

    def save(self, rows: Sequence[int]) -> SavedWeighing:
        """What a successor must know of `rows`."""
        return SavedWeighing(self._evidence.save(rows), self._silence.save(rows))

    def restore(self, rows: Sequence[int], saved: SavedWeighing, columns: Sequence[int]) -> None:
        """Go on as `saved` says of `rows`; `columns`: each saved KPI's column now, -1 for one that is no more."""
        self._evidence.restore(rows, saved.evidence, columns)
        self._silence.restore(rows, saved.silence, columns)
