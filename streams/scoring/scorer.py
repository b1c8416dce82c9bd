"""One dimension's scores: panes in, ticks on the watermark, states, alerts and scores out.

Pure: driven by the score agent and by the backtest. A tick at T depends only on the panes before T, so it comes out
the same whenever, and from however many partitions, these arrived.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec
import numpy as np
import numpy.typing as npt

from streams.kpis.measures import Measures
from streams.messages import STATES, Alert, PaneSnapshot, SegmentScores, Watermark
from streams.panes.levels import Grid
from streams.scoring import alerts, baseline, evidence, shown, silence, states
from streams.scoring.naming import Naming
from streams.scoring.windows import Windows
from streams.segments.registry import UNKNOWN
from streams.settings import Kpi, Settings

Ints = npt.NDArray[np.int64]


class Saved(msgspec.Struct, frozen=True):
    """What a successor must know besides the panes: the last tick and, by segment, what was found at it."""

    tick: int
    kpis: list[str]
    windows: list[str]
    segments: dict[str, tuple[list[int], list[int], list[int], list[int]]]  # states, since; alerted, alerted since


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
        self._numerator = measures.matrix(kpis, "numerator")
        self._denominator = measures.matrix(kpis, "denominator")
        self._binomial = np.array([kpi.model == "binomial" for kpi in kpis.values()])
        self._good = np.array([1 if kpi.good == "up" else -1 for kpi in kpis.values()], dtype=np.int64)
        self._alerting = np.array([window in settings.alerts.windows for window in settings.scoring.windows])
        self._pages_silence = alerts.first_of_each_denominator(kpis)
        self._watermarks: dict[int, int | None] = dict.fromkeys(range(partitions))
        self._cells = (len(settings.scoring.windows), len(kpis))
        self._state: npt.NDArray[np.int8] = np.zeros((self._cells[0], 0, self._cells[1]), dtype=np.int8)
        self._since: Ints = np.zeros(self._state.shape, dtype=np.int64)
        self._alerted: npt.NDArray[np.int8] = np.zeros((0, self._cells[1]), dtype=np.int8)
        self._alerted_since: Ints = np.zeros(self._alerted.shape, dtype=np.int64)
        self._seen: npt.NDArray[np.bool_] = np.zeros(0, dtype=np.bool_)  # had counts in some window at the last tick
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

    def scores(self) -> list[SegmentScores]:
        """Every segment as of the last tick, in the order of their names."""
        tick = self.tick
        if tick is None:
            return []
        # By name: floating-point sums must not depend on who came first.
        rows = {name: row for row, name in enumerate(self._naming.names) if name is not None and self._seen[row]}
        names = sorted(rows)
        order = [rows[name] for name in names]
        totals = self._naming.fold(self._windows.values, self._windows.totals)[:, order]
        numerator, denominator = totals @ self._numerator, totals @ self._denominator
        eligible = np.array([name != UNKNOWN for name in names], dtype=np.bool_)
        state, since = self._state[:, order], self._since[:, order]
        table = shown.Table(
            numerator=numerator,
            denominator=denominator,
            rest_numerator=baseline.rest(numerator, eligible),
            rest_denominator=baseline.rest(denominator, eligible),
            eligible=eligible,
            state=state,
            since=since,
        )
        return shown.scores(self.dimension, names, tick, table, self._kpis, self._grid)

    def save(self) -> Saved | None:
        """What a successor must know; None before the first tick."""
        if self.tick is None:
            return None
        segments = {
            name: (
                self._state[:, row].ravel().tolist(),
                self._since[:, row].ravel().tolist(),
                self._alerted[row].tolist(),
                self._alerted_since[row].tolist(),
            )
            for row, name in enumerate(self._naming.names)
            if name is not None and self._seen[row]
        }
        return Saved(self.tick, list(self._kpis), [str(w) for w in self._settings.scoring.windows], segments)

    # -- the tick ---------------------------------------------------------------------------------------------

    def _begun(self, watermark: int) -> bool:
        """Is there a first tick to count from? It is given by the data, not by when this was started."""
        if self.tick is not None:
            return True
        step = self._settings.time.tick
        if self._saved is not None:
            self._windows.begin(self._saved.tick)
            self._put_back(self._saved)
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
        self._begin_rows(self._naming.assign(self._windows.values, active, self._seen))
        totals = self._naming.fold(self._windows.values, raw)
        numerator, denominator = totals @ self._numerator, totals @ self._denominator
        eligible = np.array([name not in (None, UNKNOWN) for name in self._naming.names], dtype=np.bool_)
        rest_numerator = baseline.rest(numerator, eligible)
        rest_denominator = baseline.rest(denominator, eligible)
        found = evidence.evidence(numerator, denominator, rest_numerator, rest_denominator, self._binomial, self._good)
        quiet = silence.silent(denominator, self._longest, self._settings.scoring.silent_expected)
        state = states.step(self._state, found, denominator, rest_denominator, quiet, self._settings.scoring)
        state[:, ~eligible] = states.LEARNING
        seen = np.asarray(totals.any(axis=(0, 2)))
        since = np.where((state != self._state) | ~self._seen[None, :, None], tick, self._since)
        self._state, self._since, self._seen = state, since, seen
        return self._alerts(tick, numerator, denominator, rest_numerator, rest_denominator, found)

    def _alerts(
        self,
        tick: int,
        numerator: Ints,
        denominator: Ints,
        rest_numerator: Ints,
        rest_denominator: Ints,
        found: evidence.Evidence,
    ) -> list[Alert]:
        alerted, window = alerts.choose(self._state, found, self._alerting, self._pages_silence)
        alerted[~self._seen] = states.PAR
        out = []
        for segment, kpi in np.argwhere(alerted != self._alerted).tolist():
            cell = (window[segment, kpi], segment, kpi)
            facts = alerts.Facts(
                dimension=self.dimension,
                value=str(self._naming.names[segment]),
                kpi=list(self._kpis)[kpi],
                window=str(self._settings.scoring.windows[cell[0]]),
                numerator=int(numerator[cell]),
                denominator=int(denominator[cell]),
                rest_numerator=int(rest_numerator[cell]),
                rest_denominator=int(rest_denominator[cell]),
                up_is_good=bool(self._good[kpi] > 0),
            )
            before, now = int(self._alerted[segment, kpi]), int(alerted[segment, kpi])
            if before not in (states.LEARNING, states.PAR):
                out.append(
                    alerts.alert("resolved", STATES[before], tick, int(self._alerted_since[segment, kpi]), facts)
                )
            if now not in (states.LEARNING, states.PAR):
                out.append(alerts.alert("firing", STATES[now], tick, int(self._since[cell]), facts))
            self._alerted_since[segment, kpi] = self._since[cell]
        self._alerted = alerted
        return sorted(out, key=lambda alert: (alert.value, alert.kpi, alert.status))

    def _begin_rows(self, rows: list[int]) -> None:
        """Nothing is known yet of the segments in these rows."""
        more = len(self._naming.names) - len(self._seen)
        if more:
            windows, kpis = self._cells
            self._state = np.concatenate([self._state, np.zeros((windows, more, kpis), dtype=np.int8)], axis=1)
            self._since = np.concatenate([self._since, np.zeros((windows, more, kpis), dtype=np.int64)], axis=1)
            self._alerted = np.concatenate([self._alerted, np.zeros((more, kpis), dtype=np.int8)])
            self._alerted_since = np.concatenate([self._alerted_since, np.zeros((more, kpis), dtype=np.int64)])
            self._seen = np.concatenate([self._seen, np.zeros(more, dtype=np.bool_)])
        self._state[:, rows] = states.LEARNING
        self._alerted[rows] = states.PAR
        self._seen[rows] = False

    def _put_back(self, saved: Saved) -> None:
        """The states of the segments, KPIs and windows that are still declared."""
        self._begin_rows(self._naming.restore(saved.segments))
        windows = [str(w) for w in self._settings.scoring.windows]
        pairs = [
            (windows.index(w), list(self._kpis).index(k), i, j)
            for i, w in enumerate(saved.windows)
            for j, k in enumerate(saved.kpis)
            if w in windows and k in self._kpis
        ]
        width = len(saved.kpis)
        for row, (state, since, alerted, alerted_since) in enumerate(saved.segments.values()):
            self._seen[row] = True
            for window, kpi, i, j in pairs:
                self._state[window, row, kpi] = state[i * width + j]
                self._since[window, row, kpi] = since[i * width + j]
                self._alerted[row, kpi] = alerted[j]
                self._alerted_since[row, kpi] = alerted_since[j]
