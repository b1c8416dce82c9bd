"""How scores have moved of late, for the board's charts: in memory, from when the board was started, and bounded."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from streams.messages import Cell, SegmentScores

POINTS = 96  # of a segment, even; when there is one more, every other one goes
KEPT_MS = 86_400_000
GAP_MS = 1_800_000  # between two points that no line joins: as far apart as no two are where all is well
CELLS = 50_000  # of all segments together: 100 MB; of what comes when there are so many nothing is kept
_CHART = ("value", "rest", "low", "high")
_FIGURES = (*_CHART, "index")
_NOTHING = np.empty((0, len(_FIGURES)), dtype=np.float32)


class _Point(NamedTuple):
    to: int  # ms: the end of the windows
    figures: npt.NDArray[np.float32]  # [columns × _FIGURES] of those that there were; NaN: none


class _Course:
    """Of one segment."""

    def __init__(self) -> None:
        self.columns: dict[tuple[str, str], int] = {}  # of each KPI and window; those that come later come after
        self._points: list[_Point] = []
        self._apart = 0  # ms between two points at least

    def add(self, scores: SegmentScores) -> None:
        if self._points and scores.to < self._points[-1].to + max(self._apart, 1):
            return
        for cell in scores.cells:
            self.columns.setdefault((cell.kpi, cell.window), len(self.columns))
        figures = np.full((len(self.columns), len(_FIGURES)), np.nan, dtype=np.float32)
        figures[[self.columns[cell.kpi, cell.window] for cell in scores.cells]] = _figures(scores.cells)
        self._points = [p for p in self._points if p.to > scores.to - KEPT_MS]
        self._points.append(_Point(scores.to, figures))
        if len(self._points) > POINTS:
            self._points = self._points[::2]  # with the first and the last of an odd number
            self._apart = max(later.to - earlier.to for earlier, later in pairwise(self._points[-3:]))

    def of(self, window: str) -> dict[str, list[list[float | None]]]:
        numbers = {kpi: number for (kpi, its), number in self.columns.items() if its == window}
        return {kpi: self._figures(number)[: len(_CHART)] for kpi, number in numbers.items()}

    def index(self, kpi: str, window: str) -> list[float | None]:
        number = self.columns.get((kpi, window))
        return [None] * len(self._shown) if number is None else self._figures(number)[-1]

    def _figures(self, number: int) -> list[list[float | None]]:
        """[_FIGURES × points] of a column."""
        nothing = np.full(len(_FIGURES), np.nan, dtype=np.float32)
        points = [p.figures[number] if number < len(p.figures) else nothing for p in self._shown]
        columns = np.array(points).T.astype(object)
        columns[columns != columns] = None  # NaN
        found: list[list[float | None]] = columns.tolist()
        return found

    @property
    def times(self) -> list[int]:
        return [point.to for point in self._shown]

    @property
    def _shown(self) -> list[_Point]:
        """The points, with one of nothing after each that the next is long after."""
        shown: list[_Point] = []
        for point in self._points:
            if shown and point.to - shown[-1].to > GAP_MS:
                shown.append(_Point(shown[-1].to + 1, _NOTHING))
            shown.append(point)
        return shown


class History:
    """The course of every segment's cells over the last day: fine at first, then ever coarser."""

    def __init__(self) -> None:
        self._courses: dict[str, _Course] = {}  # `dimension:value`
        self._cells = 0

    def add(self, key: str, scores: SegmentScores) -> None:
        """Take in the segment's latest scores."""
        course = self._courses.get(key, _Course())
        known = len(course.columns)
        if self._cells - known + max(known, len(scores.cells)) > CELLS:
            return
        course.add(scores)
        self._courses[key] = course
        self._cells += len(course.columns) - known

    def forget(self, key: str) -> None:
        """The segment is gone."""
        course = self._courses.pop(key, None)
        if course is not None:
            self._cells -= len(course.columns)

    def keep(self, there: AbstractSet[str]) -> None:
        """All other segments are gone."""
        for key in self._courses.keys() - there:
            self.forget(key)

    def of(self, key: str, window: str) -> dict[str, object]:
        """`at` (ms) of the points, and of each KPI its value, rest, low and high at each; null where there is none."""
        course = self._courses.get(key)
        return {"at": course.times if course else [], "kpis": course.of(window) if course else {}}

    def index(self, key: str, kpi: str, window: str) -> dict[str, object]:
        """`at` (ms) of the points, and the index of `kpi` at each; null where there is none."""
        course = self._courses.get(key)
        return {"at": course.times if course else [], "index": course.index(kpi, window) if course else []}


def _figures(cells: list[Cell]) -> npt.NDArray[np.float32]:
    # Of what is silent the index is of what came before.
    indices = [None if cell.state == "silent" else cell.index for cell in cells]
    rows = [[*(getattr(cell, figure) for figure in _CHART), index] for cell, index in zip(cells, indices, strict=True)]
    return np.array(rows, dtype=np.float32).reshape(len(cells), len(_FIGURES))
