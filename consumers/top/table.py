"""The table of scores as text for a terminal, with the columns of the board, and KPIs by the names to be typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.cells import cell_len
from rich.console import JustifyMethod
from rich.table import Table
from rich.text import Text

from consumers.top.rows import Row
from streams.kpis.figures import figure
from streams.messages import State

NONE = "–"
_COLUMNS = (
    "Segment",
    "KPI",
    "State",
    "Index",
    "Value",
    "Rest",
    "95 % interval",
    "Trials",
    "Impact/h",
    "Of",
    "Share",
    "Since",
)
_LEFT = ("Segment", "KPI", "State", "Of")
_NAMES = ("Segment", "KPI")  # cut where there is no room
_GAP = 2  # characters between columns
_NAME_LEAST = 8
_NEEDS = {"95 % interval": 115, "Trials": 90, "Of": 135, "Share": 100}  # characters of width, or they are left out
_STYLES: dict[State, str] = {"silent": "bold red", "under": "red", "over": "green", "watch": "yellow"}


def table(rows: Sequence[Row], shown: int, title: str, width: int) -> Table:
    """The first `shown` of `rows`, for a terminal of `width` characters."""
    columns = [column for column in _COLUMNS if width >= _NEEDS.get(column, 0)]
    texts = [dict(zip(_COLUMNS, map(_printable, _texts(row)), strict=True)) for row in rows[:shown]]
    made = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), title=Text(title), title_justify="left")
    for column, most in _widths(columns, texts, width).items():
        justify: JustifyMethod = "left" if column in _LEFT else "right"
        made.add_column(column, justify=justify, no_wrap=True, width=most)
    for row, text in zip(rows, texts, strict=False):
        made.add_row(*(Text(text[column]) for column in columns), style=_STYLES.get(row.cell.state, ""))
    if len(rows) > shown:
        made.caption, made.caption_justify = f"{len(rows) - shown:,} more rows", "left"
    return made


def _widths(columns: Sequence[str], texts: Sequence[Mapping[str, str]], width: int) -> dict[str, int]:
    """Column -> characters: figures as they need, names as there is room, of which the KPI takes half at most."""
    longest = {column: max(map(cell_len, (column, *(text[column] for text in texts)))) for column in columns}
    room = width - _GAP * (len(columns) - 1) - sum(longest[column] for column in columns if column not in _NAMES)
    kpi = min(longest["KPI"], max(_NAME_LEAST, room // 2))
    return {**longest, "KPI": kpi, "Segment": min(longest["Segment"], max(_NAME_LEAST, room - kpi))}


def _texts(row: Row) -> list[str]:
    cell = row.cell
    unit = row.kpi.unit if row.kpi is not None else ""
    interval = [_value(cell.low, unit), _value(cell.high, unit)]
    return [
        row.segment,
        cell.kpi,
        cell.state,
        NONE if cell.index is None or not cell.denominator else f"{cell.index:.0f}",
        _value(cell.value, unit),
        _value(cell.rest, unit),
        NONE if cell.low is None or not cell.denominator else " – ".join(interval),
        f"{cell.denominator:,.0f}",
        f"{row.impact:+,.3g}" if row.impact else NONE,
        row.counted,
        f"{row.share:+.1%}" if row.share else NONE,
        _span(row.scores.at - cell.since),
    ]


def _value(value: float | None, unit: str) -> str:
    return NONE if value is None else figure(value, unit)


def _span(ms: int) -> str:
    seconds = max(0, round(ms / 1000))
    for most, unit, word in ((90, 1, "s"), (90 * 60, 60, "min"), (36 * 3600, 3600, "h")):
        if seconds < most:
            return f"{round(seconds / unit)} {word}"
    return f"{round(seconds / 86_400)} days"


def _printable(text: str) -> str:
    """A name comes from events, and could hold what moves a terminal's cursor."""
    return "".join(character if character.isprintable() else "�" for character in text)
