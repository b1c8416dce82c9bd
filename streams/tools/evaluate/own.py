"""Somebody's own board, from a file of events: what each segment counted, hour by hour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from streams.events.columns import Ints
from streams.kpis.catalogue import catalogue
from streams.kpis.measures import Measures, sums
from streams.messages import PaneSnapshot
from streams.panes.levels import LEVELS, Grid
from streams.panes.panes import Change
from streams.segments.registry import UNKNOWN
from streams.settings import Kpi, Settings, SettingsError, Span
from streams.tools.evaluate.look import DAY, HOUR
from streams.tools.evaluate.streams.dealt import Dealt
from streams.tools.feed import Feed
from streams.tools.files.mapping import Mapping as RowMapping
from streams.tools.files.read import read

_LEAST = 14  # days: with fewer there are not two of each weekday


class Own(NamedTuple):
    """Where the board comes from."""

    file: Path
    mapping: RowMapping | None
    settings: Settings


class Boards(NamedTuple):
    """Counts of every dimension and KPI that a file has."""

    span: int  # ms of a look
    segments: dict[str, list[str]]  # of each dimension
    counts: dict[str, Ints]  # of each dimension [looks × segments × measures]


class Board(NamedTuple):
    """One board of a file."""

    said: str  # what it is
    stream: Dealt
    segments: list[str]
    per_day: int  # looks


def own_board(own: Own, dimension: str | None, kpi: str | None) -> Board:
    """The board chosen. Raises SettingsError where the file has no such board."""
    # What is dealt anew among the segments is conversions: one is as good as another.
    kpis = {name: kpi for name, kpi in catalogue(own.settings).items() if kpi.model in ("binomial", "poisson")}
    measures = Measures(kpis.values())
    boards = _boards(own, measures)
    chosen_dimension, chosen_kpi = _chosen(boards, kpis, measures, dimension, kpi)
    declared = kpis[chosen_kpi]
    hits, trials = _of(boards, chosen_dimension, declared, measures)
    active = trials.sum(axis=0) > 0
    stream = Dealt(trials[:, active], hits[:, active], declared.model == "binomial")
    days = len(trials) * boards.span / DAY
    said = (
        f"{own.file.name}: {chosen_kpi} by {chosen_dimension}, {stream.segments} segments, {days:.0f} days, "
        f"{trials.sum() / days:,.1f} trials and {hits.sum() / days:,.1f} hits a day"
    )
    names = [name for name, has in zip(boards.segments[chosen_dimension], active.tolist(), strict=True) if has]
    return Board(said, stream, names, DAY // boards.span)


def _boards(own: Own, measures: Measures) -> Boards:
    # Hours are fine enough, and much faster to count than panes of 10 s.
    tick = max(own.settings.time.tick, Span(HOUR))
    time = msgspec.structs.replace(own.settings.time, tick=tick)
    settings = msgspec.structs.replace(own.settings, time=time)
    finest = Grid(settings.scoring.windows, tick).finest
    panes: dict[int, PaneSnapshot] = {}

    def passed(_: int, changes: list[Change]) -> None:
        for change in changes:
            if change.snapshot is not None and change.snapshot.level == finest:
                panes[change.snapshot.start] = change.snapshot

    Feed(settings, measures, passed).run(read(own.file, own.mapping))
    span = LEVELS[finest]
    first, last = (min(panes) // DAY * DAY, max(panes)) if panes else (0, 0)
    looks = ((last - first) // DAY + 1) * (DAY // span)
    if looks < _LEAST * (DAY // span):
        raise SettingsError(f"{own.file}: {looks * span // DAY} days of events; --evaluate needs {_LEAST} at least")
    return _table(panes.values(), measures, span, first, looks)


def _table(panes: Iterable[PaneSnapshot], measures: Measures, span: int, first: int, looks: int) -> Boards:
    names: dict[str, dict[str, int]] = {}
    for pane in panes:
        for dimension, values in pane.counts.items():
            known = names.setdefault(dimension, {})
            for value in values:
                if value != UNKNOWN:
                    known.setdefault(value, len(known))
    shape = len(measures.names)
    counts = {dimension: np.zeros((looks, len(known), shape), dtype=np.int64) for dimension, known in names.items()}
    for pane in panes:
        look, columns = (pane.start - first) // span, [measures.column(name) for name in pane.measures]
        for dimension, values in pane.counts.items():
            for value, row in values.items():
                if value != UNKNOWN:
                    counts[dimension][look, names[dimension][value], columns] += row
    return Boards(span, {dimension: list(known) for dimension, known in names.items()}, counts)


def _of(boards: Boards, dimension: str, kpi: Kpi, measures: Measures) -> tuple[Ints, Ints]:
    """Hits and trials [looks × segments]."""
    counts = boards.counts[dimension]
    columns = (measures.columns({"it": kpi}, side) for side in ("numerator", "denominator"))
    hits, trials = (sums(counts, each)[:, :, 0] for each in columns)
    return hits, trials


def _chosen(
    boards: Boards, kpis: Mapping[str, Kpi], measures: Measures, dimension: str | None, kpi: str | None
) -> tuple[str, str]:
    """The board asked for; else that with the most conversions of those that have at least two segments."""
    for name, given, known in (("--dimension", dimension, boards.counts), ("--kpi", kpi, kpis)):
        if given is not None and given not in known:
            raise SettingsError(f"{name} {given}: the file has {', '.join(known)}")
    best: tuple[int, str, str] | None = None
    for each in boards.counts if dimension is None else [dimension]:
        for name in kpis if kpi is None else [kpi]:
            hits, trials = _of(boards, each, kpis[name], measures)
            total = int(hits.sum()) if (trials.sum(axis=0) > 0).sum() >= 2 else 0
            if total > (best[0] if best is not None else 0):
                best = total, each, name
    if best is None:
        raise SettingsError("the file has no dimension with conversions in at least two segments: nothing to evaluate")
    return best[1:]
