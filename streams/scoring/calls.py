"""Tick by tick: which alerts begin and which are over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from streams.messages import STATES, Alert
from streams.scoring import alerts, states
from streams.scoring.baseline import Counts
from streams.scoring.evidence import Evidence
from streams.scoring.standing import Standing
from streams.settings import Kpi, Settings


class Calls:
    """The alerts of one dimension."""

    def __init__(self, dimension: str, settings: Settings, kpis: Mapping[str, Kpi]) -> None:
        self._dimension = dimension
        self._kpis = list(kpis.items())
        self._windows = [str(window) for window in settings.scoring.windows]
        self._alerting = np.array([window in settings.alerts.windows for window in settings.scoring.windows])
        self._pages_silence = alerts.first_of_each_denominator(kpis)

    def changed(
        self, tick: int, names: Sequence[str | None], counts: Counts, found: Evidence, standing: Standing
    ) -> list[Alert]:
        """What has changed since the last tick of what is worth a call; `standing` takes it in. `names` by row."""
        alerted, window = alerts.choose(standing.state, found, self._alerting, self._pages_silence)
        alerted[~standing.seen] = states.PAR
        out = []
        for segment, kpi in np.argwhere(alerted != standing.alerted).tolist():
            value = str(names[segment])
            before, now = int(standing.alerted[segment, kpi]), int(alerted[segment, kpi])
            if before != states.PAR:
                facts = self._facts(value, counts, int(standing.alerted_window[segment, kpi]), segment, kpi)
                since = int(standing.alerted_since[segment, kpi])
                out.append(alerts.alert("resolved", STATES[before], tick, since, facts))
            if now != states.PAR:
                shows = int(window[segment, kpi])
                since = int(standing.since[shows, segment, kpi])
                facts = self._facts(value, counts, shows, segment, kpi)
                out.append(alerts.alert("firing", STATES[now], tick, since, facts))
                standing.alerted_window[segment, kpi], standing.alerted_since[segment, kpi] = shows, since
        standing.alerted = alerted
        return sorted(out, key=lambda alert: (alert.value, alert.kpi, alert.status))

    def _facts(self, value: str, counts: Counts, window: int, segment: int, kpi: int) -> alerts.Facts:
        numerator, denominator, rest_numerator, rest_denominator = (int(c[window, segment, kpi]) for c in counts)
        name, declared = self._kpis[kpi]
        return alerts.Facts(
            dimension=self._dimension,
            value=value,
            kpi=name,
            window=self._windows[window],
            numerator=numerator,
            denominator=denominator,
            rest_numerator=rest_numerator,
            rest_denominator=rest_denominator,
            up_is_good=declared.good == "up",
            unit=declared.unit,
        )
