"""One segment's scores as the flat fields of its Redis hash."""

from __future__ import annotations

import functools
import operator
from collections.abc import Collection

import msgspec

from consumers.states import WORST_FIRST, worst
from streams.messages import Cell, Diagnosis, SegmentScores

VERSION = 2  # of the layout; readers may refuse one they do not know


class _Figures(msgspec.Struct, omit_defaults=True, gc=False):
    """Of a Cell what is not read or ranked by alone; None: it is left out."""

    numerator: int | float
    denominator: int | float
    start: int
    end: int
    since: int
    kind: str | None = None
    rest: float | None = None
    shrunk: float | None = None
    low: float | None = None
    high: float | None = None
    probability_better: float | None = None
    needs_days: float | None = None


_figures = operator.attrgetter(*_Figures.__struct_fields__)
_PLACE = {state: place for place, state in enumerate(WORST_FIRST)}


def name(cell: Cell) -> str:
    """What a cell is called in field and key names, `{kpi}:{window}`."""
    return f"{cell.kpi}:{cell.window}"


def fields(scores: SegmentScores, written: int) -> dict[str, str | int | float]:
    """Field -> value, as `HGETALL segpulse:score:{dimension}:{value}` gives them; a figure that is None has no field.

    `written` is the wall clock, ms. Value, index and state of a cell have fields of their own, all else is JSON in
    one: a field a figure takes Redis twice as long.
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
        value, index, state, figures = _names(cell.kpi, cell.window)
        out[value], out[index], out[state] = cell.value, cell.index, cell.state
        out[figures] = msgspec.json.encode(_Figures(*_figures(cell))).decode()
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
def _names(kpi: str, window: str) -> tuple[str, str, str, str]:
    """The fields of a cell: its value, index, state and other figures."""
    prefix = f"{kpi}:{window}"
    return prefix, f"{prefix}:index", f"{prefix}:state", f"{prefix}:figures"
