"""One dimension's scores: panes in, ticks on the watermark, states, alerts and scores out.

Pure: driven by the score agent and by the backtest. A tick at T depends only on the panes before T, so it comes out
the same whenever, and from however many partitions, these arrived.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from streams.kpis.measures import Measures, sums
from streams.messages import Alert, PaneSnapshot, SegmentScores, Watermark
from streams.panes.levels import LEVELS, Grid
from streams.scoring import baseline, evidence, shown, silence, states
from streams.scoring.baseline import Counts
from streams.scoring.calls import Calls
from streams.scoring.early import Early
from streams.scoring.naming import Naming
from streams.scoring.standing import Saved, Standing
from streams.scoring.windows import Windows
from streams.segments.registry import UNKNOWN
from streams.settings import Kpi, Settings

Ints = npt.NDArray[np.int64]


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
        self._early = Early(self._grid, self._windows.values)
        self._longest = int(np.argmax(settings.scoring.windows))
        self._numerator = measures.columns(kpis, "numerator")
        self._denominator = measures.columns(kpis, "denominator")
        self._binomial = np.array([kpi.model == "binomial" for kpi in kpis.values()])
        self._good = np.array([1 if kpi.good == "up" else -1 for kpi in kpis.values()], dtype=np.int64)
        self._calls = Calls(dimension, settings, kpis)
        self._watermarks: dict[int, int | None] = dict.fromkeys(range(partitions))
        self._standing = Standing([str(w) for w in settings.scoring.windows], list(kpis))
        self._naming = Naming(settings.dimensions[dimension].max_values)
        self._saved: Saved | None = None

    # -- in ---------------------------------------------------------------------------------------------------

    def offer(self, snapshot: PaneSnapshot) -> None:
        """Take a pane's snapshot of this dimension."""
        self._windows.offer(snapshot)

    def offer_watermark(self, said: Watermark) -> None:
        """Take word of how far a source partition has come, and of what it has read beyond."""
        known = self._watermarks[said.partition]
        if known is None or said.watermark >= known:
            self._watermarks[said.partition] = said.watermark
            self._early.offer(said)

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
        """Every segment, in the order of their names: states as of the last tick, figures of all that is read."""
        tick = self.tick
        if tick is None:
            return iter(())
        to = self._end(tick)
        totals, naming, standing = self._now() if to == tick else self._ahead(tick, to)
        # By name: floating-point sums must not depend on who came first.
        rows = {name: row for row, name in enumerate(naming.names) if name is not None and standing.seen[row]}
        names = sorted(rows)
        order = [rows[name] for name in names]
        eligible = np.array([name != UNKNOWN for name in names], dtype=np.bool_)
        counts = self._counts(totals[:, order], eligible)
        table = shown.Table(*counts, eligible, standing.state[:, order], standing.since[:, order])
        return shown.scores(self.dimension, names, tick, to, table, self._kpis, self._grid)

    def save(self) -> Saved | None:
        """What a successor must know; None before the first tick."""
        if self.tick is None:
            return None
        rows = [(row, name) for row, name in enumerate(self._naming.names) if name is not None]
        return self._standing.save(self.tick, rows)

    # -- what is shown ----------------------------------------------------------------------------------------

    def _end(self, tick: int) -> int:
        """The end of the windows shown: of the latest pane of the finest level that is known of; the tick at least.

        Clocks may be ahead. One event of theirs must not leave all others behind the windows: what is further on than
        the time can have come, by the slowest partition's watermark, waits.
        """
        assert self.watermark is not None
        times = self._settings.time
        until = self.watermark + times.lateness + times.idle_after + times.tick
        starts = (self._windows.latest(until), self._early.latest(until))
        return max([tick, *(start + LEVELS[self._grid.finest] for start in starts if start is not None)])

    def _now(self) -> tuple[Ints, Naming, Standing]:
        """Totals [windows × rows × measures] at the tick, and who is in which row and stands where."""
        return self._naming.fold(self._windows.values.names, self._windows.totals), self._naming, self._standing

    def _ahead(self, tick: int, to: int) -> tuple[Ints, Naming, Standing]:
        """The same as if the next tick were at `to`, with the early counts; where they stand nobody knows before."""
        raw = self._early.added(self._windows, to)
        values, naming, standing = self._windows.values.names, self._naming.copy(), self._standing.copy()
        changed = naming.assign(values, np.asarray(raw.any(axis=(0, 2))), standing.seen)
        standing.begin(changed, len(naming.names))
        totals = naming.fold(values, raw)
        standing.move(standing.state, np.asarray(totals.any(axis=(0, 2))), tick)
        return totals, naming, standing

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
        if earliest is None and self._early:
            earliest = watermark  # all that there is lies behind it: nobody need wait for a tick that has counts
        elif earliest is None or earliest // step * step + step > watermark:
            return False
        self._windows.begin(earliest // step * step)
        return True

    def _score(self, tick: int) -> list[Alert]:
        raw, values = self._windows.totals, self._windows.values.names
        active = np.asarray(raw.any(axis=(0, 2)))
        standing = self._standing
        standing.begin(self._naming.assign(values, active, standing.seen), len(self._naming.names))
        totals = self._naming.fold(values, raw)
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
        return self._calls.changed(tick, self._naming.names, counts, found, standing)

    def _counts(self, totals: Ints, eligible: npt.NDArray[np.bool_]) -> Counts:
        numerator, denominator = sums(totals, self._numerator), sums(totals, self._denominator)
        return Counts(numerator, denominator, baseline.rest(numerator, eligible), baseline.rest(denominator, eligible))
