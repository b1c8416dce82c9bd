"""What of the scores is shown in the terminal, and what keys make of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import click
from rich.table import Table

from consumers.latest import Latest
from consumers.states import WORST_FIRST
from consumers.top.rows import SORTS, rows, usual_window
from consumers.top.table import table
from streams.kpis.catalogue import catalogue
from streams.messages import State
from streams.settings import Settings

T = TypeVar("T")


class View:
    """What was asked to be shown, and what the keys make of it."""

    def __init__(
        self, chosen: Settings, sort: str, window: str | None, dimensions: tuple[str, ...], names: tuple[str, ...]
    ) -> None:
        self._kpis = catalogue(chosen)
        self._windows = [str(each) for each in chosen.scoring.windows]
        self._all_dimensions = list(chosen.dimensions)
        self._sort, self._window, self._dimensions, self._names = sort, window, dimensions, names
        self._states: tuple[State, ...] = ()

    def check(self) -> None:
        """Raises UsageError where it names what there is not."""
        asked = (
            ("--window", [self._window] if self._window else [], self._windows),
            ("--dimension", self._dimensions, self._all_dimensions),
            ("--kpi", self._names, list(self._kpis)),
        )
        for option, given, known in asked:
            for name in given:
                if name not in known:
                    raise click.UsageError(f"{option}: there is no {name!r}; there are {', '.join(known)}")

    def press(self, key: str) -> None:
        """What a key changes; others change nothing."""
        if key == "s":
            self._sort = _next(list(SORTS), self._sort)
        elif key == "d":
            self._dimensions = _next([(), *((name,) for name in self._all_dimensions)], self._dimensions)
        elif key == "t":
            self._states = _next([(), *((state,) for state in WORST_FIRST)], self._states)
        elif key == "w":
            self._window = _next([None, *self._windows], self._window)

    def table(self, latest: Latest, shown: int, width: int, keys: str = "") -> Table:
        """The table of what stands."""
        segments = [scored.scores for scored in latest.all()]
        window = self._window or usual_window(segments, self._windows)
        found = rows(
            segments, self._kpis, window=window, dimensions=self._dimensions, names=self._names, states=self._states,
            sort=self._sort,
        )  # fmt: skip
        only = "".join(f", only {name}" for name in (*self._dimensions, *self._states))
        return table(found, shown, f"{len(segments):,} segments, last {window}, by {self._sort}{only}{keys}", width)


def _next(all_of: Sequence[T], one: T) -> T:
    """The one after it; what is not among them is before all."""
    return all_of[(all_of.index(one) + 1) % len(all_of)] if one in all_of else all_of[0]
