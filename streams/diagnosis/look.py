"""Which asks are met by which segments, and the figures that meet them."""

from __future__ import annotations

import math
from functools import cached_property

import numpy as np

from streams.diagnosis.apart import Apart, Early, apart, early, stages
from streams.diagnosis.board import Board
from streams.diagnosis.lift import Hits, Lift, lift
from streams.diagnosis.rules import CONVERSION, SILENT, STAGE, Ask
from streams.events.columns import Bools, Ints
from streams.messages import Evidence


class Look:
    """At some segments of a board, `rows`."""

    def __init__(self, board: Board, rows: Ints) -> None:
        self.board, self.rows = board, rows
        self._column = board.column
        self._names = list(self._column)
        counted = board.counted(rows)
        self._value, self._rest = counted.value, counted.rest
        self._lift: Lift = board.lifts(rows)
        self._under, self._silent = (board.state_is(state)[rows] for state in ("under", "silent"))

    def met(self, ask: Ask) -> Bools:
        """[rows]"""
        if ask.shows == "apart":
            return np.array([each is not None for each in self.apart])
        if ask.shows == "early":
            return np.array([each is not None for each in self.early]) | (ask.if_known and stages(self.board) is None)
        columns = self._columns(ask)
        if ask.shows == "silent":
            return np.asarray(self._silent[:, columns].any(axis=1))
        of = Lift(*(each[:, columns] for each in self._lift))
        if ask.shows == "as well":
            return np.asarray(of.as_well.any(axis=1) & ~of.worse.any(axis=1))
        one = {"worse": of.worse, "better": of.better, "far less": of.far_less}[ask.shows]
        return np.asarray(one.any(axis=1))

    def evidence(self, ask: Ask, at: int) -> list[Evidence]:
        """The figures by which the segment `rows[at]` meets an ask: of the KPI that shows it most surely."""
        if ask.shows == "apart":
            return self._parts(at)
        if ask.shows == "early":
            return self._mix(at)
        columns = self._columns(ask)
        if ask.shows == "silent":
            # Its figures are of what came before, and say nothing of what does not come.
            kpi = next(self._names[column] for column in columns if self._silent[at, column])
            return [Evidence(f"{kpi} {SILENT}", None, None, None, None, None)]
        bound = self._lift.low if ask.shows in ("as well", "better") else -self._lift.high
        return [self._figure(max(columns, key=lambda column: float(np.nan_to_num(bound[at, column], nan=-1e9))), at)]

    def worst(self, at: int) -> Evidence:
        """The figure of the KPI that is under, or else silent, most surely."""
        there = self._under[at] if self._under[at].any() else self._silent[at]
        high = self._lift.high[at, : len(self.board.kpis)]
        return self._figure(int(np.where(there, np.nan_to_num(high, nan=1e9), np.inf).argmin()), at)

    @cached_property
    def apart(self) -> list[Apart | None]:
        """[rows]"""
        under = self._conversions(self._under)
        return [apart(self.board, row, each) for row, each in zip(self.rows.tolist(), under, strict=True)]

    @cached_property
    def early(self) -> list[Early | None]:
        """[rows]"""
        cross = stages(self.board)
        if cross is None:
            return [None] * len(self.rows)
        worse = self._conversions(self._lift.worse)
        return [early(self.board, cross, row, each) for row, each in zip(self.rows.tolist(), worse, strict=True)]

    def _conversions(self, which: Bools) -> list[list[str]]:
        """Of each row those that `which` [rows × KPIs, or more] says."""
        columns = [(kpi, column) for kpi, column in self._column.items() if kpi in CONVERSION]
        return [[kpi for kpi, column in columns if row[column]] for row in which.tolist()]

    def _columns(self, ask: Ask) -> list[int]:
        return [self._column[name] for name in ask.of if name in self._column]

    def _parts(self, at: int) -> list[Evidence]:
        """The parts that do worst and best, beside what is usual there."""
        found = self.apart[at]
        if found is None:
            return []
        of, column = found.parts, self._column[found.kpi]
        scale, dispersion = float(self.board.scale[column]), self.board.dispersion[column]
        binomial, up = self.board.kpis[found.kpi].model == "binomial", self.board.kpis[found.kpi].good == "up"
        lifts = lift(Hits(*of), np.array(binomial), np.array(up), np.asarray(dispersion))
        return [
            _evidence(
                f"{found.kpi} in {found.by}:{found.labels[part]}",
                scale * float(of.hits[part] / of.trials[part]),
                scale * float(of.usual_hits[part] / of.usual_trials[part]),
                tuple(float(each[part]) for each in lifts),
            )
            for part in (found.parting.lowest, found.parting.highest)
        ]

    def _mix(self, at: int) -> list[Evidence]:
        """What the mix of stages alone makes of the KPI; none where no cross tells."""
        found = self.early[at]
        if found is None:
            return []
        column = self._column[found.kpi]
        rest = float(self.board.scale[column] * self._rest[at, column])
        of = tuple(float(each) for each in found.lift)
        return [_evidence(f"{found.kpi} by {STAGE} alone", rest * of[0], rest, of)]

    def _figure(self, column: int, at: int) -> Evidence:
        scale = self.board.scale[column] if column < len(self.board.kpis) else 1.0
        value, rest = (scale * float(each[at, column]) for each in (self._value, self._rest))
        return _evidence(self._names[column], value, rest, tuple(float(each[at, column]) for each in self._lift))


def _evidence(measure: str, value: float, rest: float, lift: tuple[float, ...]) -> Evidence:
    """As a message: a figure that cannot be had is None."""
    figures = (float(each) if math.isfinite(each) else None for each in (value, rest, *lift))
    return Evidence(measure, *figures)
