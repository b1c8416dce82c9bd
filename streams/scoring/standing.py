"""Where each segment stands, from one tick to the next: its states, its alerts, and since when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from streams.events.columns import Bools, Ints
from streams.scoring import states
from streams.scoring.evidence.weighing import SavedWeighing
from streams.scoring.pauses import Pauses

States = npt.NDArray[np.int8]

NEVER = -(2**62)  # ms

#: Of each series: name -> type, and what it is before anything is known.
SERIES: Mapping[str, tuple[type, float]] = {
    "series": (np.int8, states.LEARNING),  # the state
    "shift": (np.int8, 0),  # 1 up, -1 down: a shift fires
    "wait": (np.float64, np.nan),  # days until a change would be seen
    "called": (np.int8, 0),  # the kind of alert that fires, as in `calls`; 0: none
    "called_state": (np.int8, states.PAR),
    "called_since": (np.int64, 0),  # ms
    "called_window": (np.int64, 0),  # index
    "resolved": (np.int64, NEVER),  # ms: when the last alert was
}


class SavedSegment(msgspec.Struct, frozen=True, array_like=True):
    """One segment's standing. The first two are of all windows × KPIs, `series` of SERIES × KPIs."""

    states: list[int]
    since: list[int]  # ms
    series: list[list[float | None]]


class Called(NamedTuple):
    """An alert that fires."""

    kind: int
    state: int
    since: int
    window: int


def called(segment: SavedSegment, kpi: int) -> Called:
    """The alert of a saved segment's KPI; of kind 0: none."""
    figures = dict(zip(SERIES, segment.series, strict=True))
    return Called(
        *(int(figures[name][kpi] or 0) for name in ("called", "called_state", "called_since", "called_window"))
    )


class Saved(msgspec.Struct, frozen=True):
    """What a successor must know besides the panes: the last tick and, by segment, where it stood then."""

    tick: int
    kpis: dict[str, str] = {}  # name -> mark of what was declared
    windows: list[str] = []
    data: int = NEVER  # ms: the last tick at which anything had come
    began: int = 0  # ms: the first such tick; of a predecessor that did not tell, long ago
    down: bool = False  # the alert of the pipeline fires
    pauses: Pauses = Pauses()  # in which nothing came
    segments: dict[str, SavedSegment] = {}
    weighing: SavedWeighing | None = None  # of the same segments, in their order


class Standing:
    """Arrays [windows × rows × KPIs] (`state`, `since`), [rows × KPIs] (SERIES) and [rows] (`seen`)."""

    def __init__(self, windows: Sequence[str], kpis: Mapping[str, str]) -> None:
        """`kpis`: name -> a mark of what is declared, which changes when that does."""
        self._windows, self._kpis = list(windows), dict(kpis)
        cells, series = (len(windows), 0, len(kpis)), (0, len(kpis))
        self.state: States = np.zeros(cells, dtype=np.int8)
        self.since: Ints = np.zeros(cells, dtype=np.int64)
        self.of: dict[str, npt.NDArray[Any]] = {name: np.zeros(series, kind) for name, (kind, _) in SERIES.items()}
        self.seen: Bools = np.zeros(0, dtype=np.bool_)  # had counts in some window at the last tick
        self.data = self.began = NEVER
        self.down = False
        self.pauses = Pauses()

    def copy(self) -> Standing:
        """Another that begins with the same."""
        other = Standing(self._windows, self._kpis)
        other.state, other.since, other.seen = self.state.copy(), self.since.copy(), self.seen.copy()
        other.of = {name: values.copy() for name, values in self.of.items()}
        other.data, other.began, other.down, other.pauses = self.data, self.began, self.down, self.pauses
        return other

    def begin(self, rows: Sequence[int], total: int) -> None:
        """Nothing is known yet of the segments in `rows`; there are `total` rows now."""
        more = total - len(self.seen)
        if more > 0:
            for name in ("state", "since"):
                setattr(self, name, np.pad(getattr(self, name), ((0, 0), (0, more), (0, 0))))
            self.of = {name: np.pad(values, ((0, more), (0, 0))) for name, values in self.of.items()}
            self.seen = np.pad(self.seen, (0, more))
        self.state[:, rows] = states.LEARNING
        for name, (_, empty) in SERIES.items():
            self.of[name][rows] = empty
        self.seen[rows] = False

    def move(self, state: States, seen: Bools, tick: int) -> None:
        """The states at `tick` (ms). A segment that was not there before stands where it stands since now."""
        self.since = np.where((state != self.state) | ~self.seen[None, :, None], tick, self.since)
        self.state, self.seen = state, seen

    def save(self, tick: int, rows: Iterable[tuple[int, str]], weighing: SavedWeighing) -> Saved:
        """The standing of these segments (row, value)."""
        segments = {
            value: SavedSegment(
                states=self.state[:, row].ravel().tolist(),
                since=self.since[:, row].ravel().tolist(),
                series=[_plain(values[row]) for values in self.of.values()],
            )
            for row, value in rows
        }
        said = self.data, self.began, self.down, self.pauses
        return Saved(tick, self._kpis, self._windows, *said, segments, weighing)

    def columns(self, saved: Saved) -> list[int]:
        """Each saved KPI's column now; -1 for one that is no more, or is declared otherwise."""
        now = list(self._kpis)
        return [now.index(name) if self._kpis.get(name) == mark else -1 for name, mark in saved.kpis.items()]

    def restore(self, saved: Saved, rows: Mapping[str, int]) -> None:
        """Stand as `saved` says, as far as windows and KPIs are still declared; `rows` by value."""
        self.data, self.began, self.down, self.pauses = saved.data, saved.began, saved.down, saved.pauses
        window_of = {i: self._windows.index(w) for i, w in enumerate(saved.windows) if w in self._windows}
        kpi_of = {j: kpi for j, kpi in enumerate(self.columns(saved)) if kpi >= 0}
        for value, segment in saved.segments.items():
            row = rows[value]
            self.seen[row] = True
            for j, kpi in kpi_of.items():
                for i, window in window_of.items():
                    cell = i * len(saved.kpis) + j
                    self.state[window, row, kpi] = segment.states[cell]
                    self.since[window, row, kpi] = segment.since[cell]
                for values, before in zip(self.of.values(), segment.series, strict=True):
                    values[row, kpi] = np.nan if before[j] is None else before[j]
                # An alert shown over a window that is no more is shown over another.
                self.of["called_window"][row, kpi] = window_of.get(int(self.of["called_window"][row, kpi]), 0)


def _plain(values: npt.NDArray[Any]) -> list[float | None]:
    """As numbers that are equal when they are the same: None for NaN."""
    return [None if value != value else value for value in values.tolist()]
