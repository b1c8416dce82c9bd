"""One dimension's scores: panes in, ticks on the watermark, states, alerts and scores out.

Pure: driven by the score agent and by the backtest. A tick at T depends only on the panes before T, so it comes out
the same whenever, and from however many partitions, these arrived.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from msgspec.structs import replace

from streams.events.columns import Ints
from streams.kpis.measures import Measures
from streams.messages import Alert, PaneSnapshot, SegmentScores, Watermark
from streams.panes.earlier import comparisons, grid, month
from streams.panes.levels import LEVELS
from streams.panes.panes import Key
from streams.scoring import shown
from streams.scoring.crosses import Crosses
from streams.scoring.daily import Daily, Earlier, beside, daily
from streams.scoring.diagnosing import Diagnosing
from streams.scoring.early import Early
from streams.scoring.judge import Judge
from streams.scoring.medians import Medians
from streams.scoring.naming import Naming
from streams.scoring.standing import Saved, Standing
from streams.scoring.windows import Windows
from streams.segments.registry import UNKNOWN
from streams.settings import Kpi, Settings


class DimensionScorer:
    """The scores of one dimension, from the panes of `partitions` source partitions."""

    def __init__(
        self, dimension: str, settings: Settings, kpis: Mapping[str, Kpi], measures: Measures, partitions: int
    ) -> None:
        self.dimension = dimension
        self._settings = settings
        self._kpis = kpis
        self._grid = grid(settings)
        self._windows = Windows(self._grid, measures.names)
        self._early = Early(self._grid, self._windows.values)
        self._judge = Judge(dimension, settings, kpis, measures)
        self._medians = Medians(kpis, measures)
        self._crosses = Crosses(dimension, settings, measures)
        self._diagnosing = Diagnosing(dimension, settings, kpis, measures)
        self._watermarks: dict[int, int | None] = dict.fromkeys(range(partitions))
        self._naming = Naming(settings.dimensions[dimension].max_values)
        self._saved: Saved | None = None

    # -- in ---------------------------------------------------------------------------------------------------

    @property
    def reads(self) -> tuple[str, ...]:
        """The dimensions whose panes it takes: its own, and the crosses that tell of the parts of its segments."""
        return (self.dimension, *self._crosses.names)

    def offer(self, snapshot: PaneSnapshot) -> None:
        """Take a pane's snapshot of a dimension that it reads."""
        if self.dimension in snapshot.counts:
            self._windows.offer(snapshot)
        else:
            self._crosses.offer(snapshot)

    def offer_watermark(self, said: Watermark) -> None:
        """Take word of how far a source partition has come, and of what it has read beyond."""
        known = self._watermarks[said.partition]
        if known is None or said.watermark >= known:
            self._watermarks[said.partition] = said.watermark
            self._early.offer(said)

    def restore(self, saved: Saved) -> None:
        """Go on after the predecessor's last tick, once the panes are there."""
        self._saved = saved

    def is_beyond(self, place: Key) -> bool:
        """Does it go on where no window asks for a pane so fine there any more?"""
        level, start = place
        if self._saved is None or level + 1 == len(LEVELS):
            return False
        coarser = LEVELS[level + 1]
        return (start // coarser + 1) * coarser <= self._grid.held(level, self._saved.tick)

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

    @property
    def folded(self) -> int:
        """Values that had counts at a tick and were shown in `other` for want of room, summed over the ticks."""
        return self._naming.folded

    def ticks(self) -> Iterator[list[Alert]]:
        """Score at every multiple of `time.tick` that the watermark has passed; yield each tick's alerts.

        What is offered between two of them counts: at the end there is no tick left to be scored.
        """
        step = self._settings.time.tick
        while (watermark := self.watermark) is not None and self._begun(watermark):
            tick = (self.tick or 0) + step
            if tick > watermark:
                return
            self._windows.advance(tick)
            self._crosses.advance(tick)
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
        mine = totals[:, order]
        counts = self._judge.counts(mine, eligible, standing.of["shift"][order])
        figures, median = self._medians.of(counts, mine, eligible)
        shift, wait = (standing.of[name][order] for name in ("shift", "wait"))
        cells = (standing.state[:, order], standing.since[:, order])
        series, dispersion = standing.of["series"][order], self._judge.dispersion()
        clusters = self._judge.clusters(totals, dispersion)
        table = shown.Table(*figures, eligible, *cells, shift, wait, clusters, dispersion, median)
        why = self._diagnosing.of(names, mine, counts, series, dispersion, self._crosses)
        found = shown.scores(self.dimension, names, tick, to, table, self._kpis, self._grid)
        return (replace(each, diagnosis=of) if of else each for each, of in zip(found, why, strict=True))

    def daily(self) -> Daily | None:
        """What the segments have in the longest window, by the day; None before the first tick."""
        return daily(self.dimension, self._windows, self._naming)

    def earlier(self) -> Earlier | None:
        """What they have beside what they had earlier, as far as that is held; None before the first tick."""
        if self.tick is None:
            return None
        both = (comparisons(self._grid, self._windows.windows), month(self._grid))
        (names, windows), (_, months) = (beside(wanted, self._windows, self._naming) for wanted in both)
        return Earlier(self.dimension, names, self._judge.dispersion(), windows, next(iter(months), None))

    def save(self) -> Saved | None:
        """What a successor must know; None before the first tick."""
        if self.tick is None:
            return None
        return self._judge.save(self.tick, self._naming.names)

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
        return self._naming.fold(self._windows.values.names, self._windows.totals), self._naming, self._judge.standing

    def _ahead(self, tick: int, to: int) -> tuple[Ints, Naming, Standing]:
        """The same as if the next tick were at `to`, with the early counts; where they stand nobody knows before."""
        raw = self._early.added(self._windows, to)
        values, naming, standing = self._windows.values.names, self._naming.copy(), self._judge.standing.copy()
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
            self._go_on(self._saved)
            self._saved = None
            return True
        earliest = self._windows.earliest
        if earliest is None and self._early:
            earliest = watermark  # all that there is lies behind it: nobody need wait for a tick that has counts
        elif earliest is None or earliest // step * step + step > watermark:
            return False
        self._start(earliest // step * step)
        return True

    def _start(self, tick: int) -> None:
        self._windows.begin(tick)
        self._crosses.begin(tick)

    def _go_on(self, saved: Saved) -> None:
        self._start(saved.tick)
        rows = self._naming.restore(saved.segments)
        self._judge.begin(rows, len(self._naming.names))
        self._judge.restore(saved, rows)

    def _score(self, tick: int) -> list[Alert]:
        raw, values, naming = self._windows.totals, self._windows.values.names, self._naming
        changed = naming.assign(values, np.asarray(raw.any(axis=(0, 2))), self._judge.standing.seen)
        self._judge.begin(changed, len(naming.names))
        gained = naming.fold(values, self._windows.gained[None])[0]
        return self._judge.judge(tick, naming.names, naming.fold(values, raw), gained)
