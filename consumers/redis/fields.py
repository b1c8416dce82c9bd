"""One segment's scores as the flat fields of its Redis hash."""

from __future__ import annotations

import functools
import operator
from collections.abc import Collection

import msgspec

from consumers.states import WORST_FIRST, worst
from streams.messages import Cell, Diagnosis, SegmentScores

VERSION = 1  # of the layout; readers may refuse one they do not know

_FIGURES = (
    "index",
    "state",
    "since",
    "kind",
    "shrunk",
    "low",
    "high",
    "rest",
    "probability_better",
    "numerator",
    "denominator",
    "needs_days",
    "start",
    "end",
)
_PLACE = {state: place for place, state in enumerate(WORST_FIRST)}
_figures = operator.attrgetter("value", *_FIGURES)


def name(cell: Cell) -> str:
    """What a cell is called in field and key names, `{kpi}:{window}`."""
    return f"{cell.kpi}:{cell.window}"


def fields(scores: SegmentScores, written: int) -> dict[str, str | int | float]:
    """Field -> value, as `HGETALL segpulse:score:{dimension}:{value}` gives them; a figure that is None has no field.

    `written` is the wall clock, ms.
    """
    out: dict[str, str | int | float | None] = {
        "dimension": scores.dimension,
        "segment": scores.value,
        "state": worst(cell.state for cell in scores.cells),
        "at": scores.at,
        "to": scores.to,
        "updated_at": written,
        "version": VERSION,
    }
    if scores.diagnosis is not None:
        out |= _why(scores.diagnosis)
    for cell in scores.cells:
        out.update(zip(_names(cell.kpi, cell.window), _figures(cell), strict=True))
    return {field: figure for field, figure in out.items() if figure is not None}


def texts(values: Collection[str | int | float]) -> list[str]:
    """Each as Redis gets it, all as text: a Lua number would lose digits.

    JSON's numbers are made three times as fast as Python's own texts of them.
    """
    numbers = [value for value in values if type(value) is not str]
    written = iter(msgspec.json.encode(numbers).decode()[1:-1].split(","))
    return [value if type(value) is str else next(written) for value in values]


def showing(scores: SegmentScores) -> dict[str, Cell]:
    """KPI -> of its windows the one whose state is the KPI's: the worst, of several the first."""
    found: dict[str, Cell] = {}
    for cell in scores.cells:
        other = found.get(cell.kpi)
        if other is None or _PLACE[cell.state] < _PLACE[other.state]:
            found[cell.kpi] = cell
    return found


def _why(diagnosis: Diagnosis) -> dict[str, str | int | float]:
    """`evidence` is JSON: the figures, as in streams.messages.Evidence."""
    out: dict[str, str | int | float] = {
        "cause": diagnosis.cause,
        "why": diagnosis.summary,
        "evidence": msgspec.json.encode(diagnosis.evidence).decode(),
        "evidence_window": diagnosis.window,
    }
    return out | ({"split_by": diagnosis.by} if diagnosis.by else {})


@functools.lru_cache(4096)
def _names(kpi: str, window: str) -> tuple[str, ...]:
    """The fields of a cell, in the order of `_figures`."""
    prefix = f"{kpi}:{window}"
    return (prefix, *(f"{prefix}:{figure}" for figure in _FIGURES))
