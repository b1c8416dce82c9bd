"""The additive measures that the KPIs need, as columns: what one event adds to which column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from streams.behaviour.past import past
from streams.events.columns import Ints
from streams.events.terms import (
    ENGAGED,
    INTERVALS,
    KINDS,
    SECONDS,
    SESSIONS,
    SPENT,
    START,
    Addition,
    additions,
    binned,
    pieces,
    split,
    step,
)
from streams.events.topics import SOURCES
from streams.settings import Kpi

Term = tuple[int, int]  # column, and 1 or -1: added or taken away


class OfValue(NamedTuple):
    """What events with a value add, by kind: [kinds × m]. The event adds where its value (thousandths) is within [low,
    high]."""

    column: Ints  # -1: none
    low: Ints
    high: Ints
    sums: npt.NDArray[np.bool_]  # it adds its value, not one


class Measures:
    """The columns of a pane, in a fixed order.

    `names[j]` is column j. An event's kind is an index into `of_kind`, whose row holds the (at most two) columns that
    such an event adds one to: its topic's, and that of its topic and name. -1 stands for none. `of_value` is likewise
    of events that have a value.
    """

    def __init__(self, kpis: Iterable[Kpi], others: Iterable[str] = ()) -> None:
        """`others`: measures that are wanted beside those of the KPIs."""
        needed = {name for kpi in kpis for name in _needed(kpi)} | set(others)
        needed |= {SESSIONS} if SPENT in needed else set()  # by which what is spent on nobody known is shared out
        self.names: tuple[str, ...] = tuple(sorted(needed))
        column = self._columns = {name: j for j, name in enumerate(self.names)}
        plain: list[list[Addition]] = []
        valued: list[list[Addition]] = []
        for topic, name in KINDS:
            adds = [each for each in additions(topic, name) if each.measure in column]
            plain.append([each for each in adds if each.needs is None])
            valued.append([each for each in adds if each.needs is not None])
        self.of_kind: Ints = _columns(plain, column)
        bounds = [[each.needs or (0, 0) for each in row] for row in valued]
        self.of_value = OfValue(
            _columns(valued, column),
            _padded([[low for low, _ in row] for row in bounds], 0),
            _padded([[high for _, high in row] for row in bounds], 0),
            _padded([[int(each.sums) for each in row] for row in valued], 0).astype(np.bool_),
        )
        self.sessions, self.engaged, self.seconds, self.intervals = (
            column.get(name, -1) for name in (SESSIONS, ENGAGED, SECONDS, INTERVALS)
        )
        #: topic -> column of `sessions.topic`
        self.sessions_with = {t: column[f"sessions.{t}"] for t in SOURCES if f"sessions.{t}" in column}
        self.past = past(self.names)  # what is asked of what visitors did before
        #: [columns]: something has happened where it is counted; who stays is looked at though nothing has.
        self.of_events: npt.NDArray[np.bool_] = np.ones(len(self.names), dtype=np.bool_)
        for each in self.past.retentions:
            self.of_events[[j for j in each.columns if j >= 0]] = False

        #: [topics × topics], by rank: column of the steps from one (rank 0: START) to another; None: nobody wants any.
        self.steps: Ints | None = _steps(column)

    def kind(self, topic: str, event: str) -> int:
        """The kind of an event called `event` on `topic`; KeyError where the topic has no event of that name."""
        return KINDS[topic, event if SOURCES[topic].names else ""]

    def column(self, measure: str) -> int:
        """The column of `measure`; -1 where it is not kept."""
        return self._columns.get(measure, -1)

    def columns(self, kpis: Mapping[str, Kpi], side: str) -> list[list[Term]]:
        """The columns whose sum is each KPI's `side`, "numerator" or "denominator"."""
        return [[self._term(term) for term in getattr(kpi, side)] for kpi in kpis.values()]

    def pieces(self, kpis: Mapping[str, Kpi]) -> list[list[Term]]:
        """The columns whose sum is how many pieces each KPI's numerator is made of."""
        return [[self._term(piece) for piece in dict.fromkeys(map(pieces, kpi.numerator))] for kpi in kpis.values()]

    def _term(self, term: str) -> Term:
        sign, measure = split(term)
        return self._columns[measure], sign


def sums(totals: Ints, columns: Sequence[Sequence[Term]]) -> Ints:
    """`totals` [… × measures] as [… × KPIs]: of each KPI the sum of its `columns`."""
    # Not a product with a matrix of ones: numpy is slow at that with integers, and with floats keeps all cores busy.
    out = totals[..., [column for (column, _), *_ in columns]]
    for j, ((_, sign), *more) in enumerate(columns):
        if sign < 0:
            out[..., j] *= sign
        for column, sign in more:
            out[..., j] += sign * totals[..., column]
    return out


def _needed(kpi: Kpi) -> set[str]:
    """The measures that a KPI is of; of a mean also how many pieces it is of, of a median how many are how large."""
    needed = {split(term)[1] for term in (*kpi.numerator, *kpi.denominator)}
    if kpi.model == "median":
        return needed.union(*map(binned, kpi.numerator))
    return needed | set(map(pieces, kpi.numerator)) if kpi.model == "mean" else needed


def _steps(column: Mapping[str, int]) -> Ints | None:
    ranks = [START, *SOURCES]
    found = np.array([[column.get(step(one, other), -1) for other in ranks] for one in ranks], dtype=np.int64)
    return found if (found >= 0).any() else None


def _columns(rows: Sequence[Sequence[Addition]], column: Mapping[str, int]) -> Ints:
    return _padded([[column[each.measure] for each in row] for row in rows], -1)


def _padded(rows: Sequence[Sequence[int]], filler: int) -> Ints:
    """[rows × the longest of them]."""
    width = max(map(len, rows))
    return np.array([[*row, *[filler] * (width - len(row))] for row in rows], dtype=np.int64).reshape(len(rows), width)
