"""Where each segment stands, from one tick to the next: its states, its alerts, and since when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from streams.scoring import states

Ints = npt.NDArray[np.int64]


class SavedSegment(msgspec.Struct, frozen=True, array_like=True):
    """One segment's standing. The first two are of all windows × KPIs, the others of all KPIs."""

    states: list[int]
    since: list[int]  # ms
    alerted: list[int]  # the state that its alert is for; PAR: none
    alerted_since: list[int]  # ms
    alerted_window: list[int]  # index


class Saved(msgspec.Struct, frozen=True):
    """What a successor must know besides the panes: the last tick and, by segment, where it stood then."""

    tick: int
    kpis: list[str]
    windows: list[str]
    segments: dict[str, SavedSegment]


class Standing:
    """Arrays [windows × rows × KPIs] (`state`, `since`), [rows × KPIs] (`alerted…`) and [rows] (`seen`)."""

    def __init__(self, windows: Sequence[str], kpis: Sequence[str]) -> None:
        self._windows, self._kpis = list(windows), list(kpis)
        cells, alerts = (len(windows), 0, len(kpis)), (0, len(kpis))
        self.state: npt.NDArray[np.int8] = np.zeros(cells, dtype=np.int8)
        self.since: Ints = np.zeros(cells, dtype=np.int64)
        self.alerted: npt.NDArray[np.int8] = np.zeros(alerts, dtype=np.int8)
        self.alerted_since: Ints = np.zeros(alerts, dtype=np.int64)
        self.alerted_window: Ints = np.zeros(alerts, dtype=np.int64)
        self.seen: npt.NDArray[np.bool_] = np.zeros(0, dtype=np.bool_)  # had counts in some window at the last tick

    def copy(self) -> Standing:
        """Another that begins with the same."""
        other = Standing(self._windows, self._kpis)
        other.state, other.since, other.seen = self.state.copy(), self.since.copy(), self.seen.copy()
        other.alerted, other.alerted_since = self.alerted.copy(), self.alerted_since.copy()
        other.alerted_window = self.alerted_window.copy()
        return other

    def begin(self, rows: Sequence[int], total: int) -> None:
        """Nothing is known yet of the segments in `rows`; there are `total` rows now."""
        more = total - len(self.seen)
        if more > 0:
            for name in ("state", "since"):
                setattr(self, name, np.pad(getattr(self, name), ((0, 0), (0, more), (0, 0))))
            for name in ("alerted", "alerted_since", "alerted_window"):
                setattr(self, name, np.pad(getattr(self, name), ((0, more), (0, 0))))
            self.seen = np.pad(self.seen, (0, more))
        self.state[:, rows] = states.LEARNING
        self.alerted[rows] = states.PAR
        self.seen[rows] = False

    def move(self, state: npt.NDArray[np.int8], seen: npt.NDArray[np.bool_], tick: int) -> None:
        """The states at `tick` (ms). A segment that was not there before stands where it stands since now."""
        self.since = np.where((state != self.state) | ~self.seen[None, :, None], tick, self.since)
        self.state, self.seen = state, seen

    def save(self, tick: int, rows: Iterable[tuple[int, str]]) -> Saved:
        """The standing of those segments (row, value) that have been seen."""
        segments = {
            value: SavedSegment(
                states=self.state[:, row].ravel().tolist(),
                since=self.since[:, row].ravel().tolist(),
                alerted=self.alerted[row].tolist(),
                alerted_since=self.alerted_since[row].tolist(),
                alerted_window=self.alerted_window[row].tolist(),
            )
            for row, value in rows
            if self.seen[row]
        }
        return Saved(tick, self._kpis, self._windows, segments)

    def restore(self, saved: Saved, rows: Mapping[str, int]) -> None:
        """Stand as `saved` says, as far as windows and KPIs are still declared; `rows` by value."""
        window_of = {i: self._windows.index(w) for i, w in enumerate(saved.windows) if w in self._windows}
        kpi_of = {j: self._kpis.index(k) for j, k in enumerate(saved.kpis) if k in self._kpis}
        for value, segment in saved.segments.items():
            row = rows[value]
            self.seen[row] = True
            for j, kpi in kpi_of.items():
                for i, window in window_of.items():
                    cell = i * len(saved.kpis) + j
                    self.state[window, row, kpi] = segment.states[cell]
                    self.since[window, row, kpi] = segment.since[cell]
                if segment.alerted_window[j] in window_of:
                    self.alerted[row, kpi] = segment.alerted[j]
                    self.alerted_since[row, kpi] = segment.alerted_since[j]
                    self.alerted_window[row, kpi] = window_of[segment.alerted_window[j]]
