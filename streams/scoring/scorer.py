"""One dimension's scores: panes in, ticks on the watermark, states, alerts and scores out.

Pure: driven by the score agent and by the backtest. A tick at T depends only on the panes before T, so it comes out
the same whenever, and from however many partitions, these arrived.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from streams.kpis.measures import Measures, sums
from streams.messages import STATES, Alert, PaneSnapshot, SegmentScores, Watermark
from streams.panes.levels import Grid
from streams.scoring import alerts, baseline, evidence, shown, silence, states
from streams.scoring.naming import Naming
from streams.scoring.standing import Saved, Standing
from streams.scoring.windows import Windows
from streams.segments.registry import UNKNOWN
from streams.settings import Kpi, Settings

Ints = npt.NDArray[np.int64]


class Counts(NamedTuple):
    """Of every cell [windows × rows × KPIs], its own and its rest's."""

    numerator: Ints
    denominator: Ints
    rest_numerator: Ints
    rest_denominator: Ints


class DimensionScorer:
    """The scores of one dimension, from the panes of `partitions` source partitions."""

    def __init__(
        self, dimension: str, settings: Settings, kpis: Mapping[str, Kpi], measures: Measures, partitions: int
    ) -> None:
        self.dimension = dimension
        self._settings = settings
        self._kpis = kpis
        self._grid = Grid(settings.scoring.windows, settings.time.tick)
        self._windows = Windows(self._grid, measures.names)
        self._longest = int(np.argmax(settings.scoring.windows))
        self._numerator = measures.columns(kpis, "numerator")
        self._denominator = measures.columns(kpis, "denominator")
        self._binomial = np.array([kpi.model == "binomial" for kpi in kpis.values()])
        self._good = np.array([1 if kpi.good == "up" else -1 for kpi in kpis.values()], dtype=np.int64)
        self._alerting = np.array([window in settings.alerts.windows for window in settings.scoring.windows])
        self._pages_silence = alerts.first_of_each_denominator(kpis)
        self._watermarks: dict[int, int | None] = dict.fromkeys(range(partitions))
        self._standing = Standing([str(w) for w in settings.scoring.windows], list(kpis))
        self._naming = Naming(settings.dimensions[dimension].max_values)
        self._saved: Saved | None = None

    # -- in ---------------------------------------------------------------------------------------------------

    def offer(self, snapshot: PaneSnapshot) -> None:
        """Take a pane's snapshot of this dimension."""
        self._windows.offer(snapshot)

    def offer_watermark(self, said: Watermark) -> None:
        """Take word of how far a source partition has come."""
        known = self._watermarks[said.partition]
        if known is None or said.watermark > known:
            self._watermarks[said.partition] = said.watermark

    def restore(self, saved: Saved) -> None:
        """Go on after the predecessor's last tick, once the panes are there."""
        self._saved = saved

    # -- out --------------------------------------------------------------------------------------------------

    @property
    def tick(self) -> int | None:
        """The last tick (ms), None before the first."""
        return self._windows.tick

    @property
    def watermark(self) -> int | None:
        """The smallest watermark of the source partitions; None while one has not been heard of."""
        known = [w for w in self._watermarks.values() if w is not None]
        return min(known) if len(known) == len(self._watermarks) else None

    def ticks(self) -> Iterator[list[Alert]]:
        """Score at every multiple of `time.tick` that the watermark has passed; yield each tick's alerts."""
        step = self._settings.time.tick
        watermark = self.watermark
        if watermark is None or not self._begun(watermark):
            return
        while (tick := (self.tick or 0) + step) <= watermark:
            self._windows.advance(tick)
            yield self._score(tick)

    def scores(self) -> Iterator[SegmentScores]:
        """Every segment as of the last tick, in the order of their names."""
        tick = self.tick
        if tick is None:
            return iter(())
        # By name: floating-point sums must not depend on who came first.
        rows = {
            name: row for row, name in enumerate(self._naming.names) if name is not None and self._standing.seen[row]
        }
        names = sorted(rows)
        order = [rows[name] for name in names]
        totals = self._naming.fold(self._windows.values, self._windows.totals)[:, order]
        eligible = np.array([name != UNKNOWN for name in names], dtype=np.bool_)
        counts = self._counts(totals, eligible)
        state, since = self._standing.state[:, order], self._standing.since[:, order]
        table = shown.Table(
            numerator=counts.numerator,
            denominator=counts.denominator,
            rest_numerator=counts.rest_numerator,
            rest_denominator=counts.rest_denominator,
            eligible=eligible,
            state=state,
            since=since,
        )
        return shown.scores(self.dimension, names, tick, table, self._kpis, self._grid)

    def save(self) -> Saved | None:
        """What a successor must know; None before the first tick."""
        if self.tick is None:
            return None
        rows = [(row, name) for row, name in enumerate(self._naming.names) if name is not None]
        return self._standing.save(self.tick, rows)

    # -- the tick ---------------------------------------------------------------------------------------------

    def _begun(self, watermark: int) -> bool:
        """Is there a first tick to count from? It is given by the data, not by when this was started."""
        if self.tick is not None:
            return True
        step = self._settings.time.tick
        if self._saved is not None:
            self._windows.begin(self._saved.tick)
            rows = self._naming.restore(self._saved.segments)
            self._standing.begin(rows, len(self._naming.names))
            self._standing.restore(self._saved, dict(zip(self._saved.segments, rows, strict=True)))
            self._saved = None
            return True
        earliest = self._windows.earliest
        if earliest is None or earliest // step * step + step > watermark:
            return False
        self._windows.begin(earliest // step * step)
        return True

    def _score(self, tick: int) -> list[Alert]:
        raw = self._windows.totals
        active = np.asarray(raw.any(axis=(0, 2)))
        standing = self._standing
        standing.begin(self._naming.assign(self._windows.values, active, standing.seen), len(self._naming.names))
        totals = self._naming.fold(self._windows.values, raw)
        eligible = np.array([name not in (None, UNKNOWN) for name in self._naming.names], dtype=np.bool_)
        counts = self._counts(totals, eligible)
        found = evidence.evidence(*counts, self._binomial, self._good)
        quiet = silence.silent(
            counts.denominator, standing.state == states.SILENT, self._longest, self._settings.scoring.silent_expected
        )
        trials, rule = (counts.denominator, counts.rest_denominator), self._settings.scoring
        state = states.step(standing.state, found, *trials, quiet, rule)
        state[:, ~eligible] = states.LEARNING
        standing.move(state, np.asarray(totals.any(axis=(0, 2))), tick)
        return self._alerts(tick, counts, found)

    def _counts(self, totals: Ints, eligible: npt.NDArray[np.bool_]) -> Counts:
        numerator, denominator = sums(totals, self._numerator), sums(totals, self._denominator)
        return Counts(numerator, denominator, baseline.rest(numerator, eligible), baseline.rest(denominator, eligible))

    def _alerts(self, tick: int, counts: Counts, found: evidence.Evidence) -> list[Alert]:
        """What has changed since the last tick of what is worth a call."""
        standing = self._standing
        alerted, window = alerts.choose(standing.state, found, self._alerting, self._pages_silence)
        alerted[~standing.seen] = states.PAR
        out = []
        for segment, kpi in np.argwhere(alerted != standing.alerted).tolist():
            before, now = int(standing.alerted[segment, kpi]), int(alerted[segment, kpi])
            if before != states.PAR:
                facts = self._facts(counts, int(standing.alerted_window[segment, kpi]), segment, kpi)
                since = int(standing.alerted_since[segment, kpi])
                out.append(alerts.alert("resolved", STATES[before], tick, since, facts))
            if now != states.PAR:
                shows = int(window[segment, kpi])
                since = int(standing.since[shows, segment, kpi])
                out.append(alerts.alert("firing", STATES[now], tick, since, self._facts(counts, shows, segment, kpi)))
                standing.alerted_window[segment, kpi], standing.alerted_since[segment, kpi] = shows, since
        standing.alerted = alerted
        return sorted(out, key=lambda alert: (alert.value, alert.kpi, alert.status))

    def _facts(self, counts: Counts, window: int, segment: int, kpi: int) -> alerts.Facts:
        numerator, denominator, rest_numerator, rest_denominator = (int(c[window, segment, kpi]) for c in counts)
        name = list(self._kpis)[kpi]
        return alerts.Facts(
            dimension=self.dimension,
            value=str(self._naming.names[segment]),
            kpi=name,
            window=str(self._settings.scoring.windows[window]),
            numerator=numerator,
            denominator=denominator,
            rest_numerator=rest_numerator,
            rest_denominator=rest_denominator,
            up_is_good=bool(self._good[kpi] > 0),
            unit=self._kpis[name].unit,
        )
