"""Scores as a data frame, for notebooks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from consumers.latest import Latest
from consumers.state import Scored, read_now
from streams import settings
from streams.messages import STATES

if TYPE_CHECKING:
    import polars as pl

FIGURES = (
    "numerator",
    "denominator",
    "value",
    "rest",
    "shrunk",
    "low",
    "high",
    "index",
    "probability_better",
    "needs_days",
)
TIMES = ("start", "end", "since", "at", "to", "written")
COLUMNS = (
    *("dimension", "segment", "kpi", "window", "start", "end"),
    *FIGURES,
    *("state", "since", "kind", "at", "to", "written"),
)


def read_scores(config: str | Path | None = None, *, broker: str | None = None) -> pl.DataFrame:
    """The latest scores of all segments, read from the topic `segment_scores` to its end, as a polars data frame.

    One row for each dimension, segment, KPI and window, in this order. `config` is the settings file, chosen as
    everywhere (`--config`); `broker` (host:port) goes before it. The columns:

    - `dimension`, `segment`, `kpi`, `window` (as declared: "1h")
    - `start`, `end`: the window, half-open, event time, UTC
    - `numerator`, `denominator`: counts, or a sum of values in units (EUR, seconds)
    - `value`: numerator / denominator, times the KPI's scale; `rest`: the same of the rest of the dimension
    - `shrunk`: the value drawn towards the rest as far as the evidence is thin; `low`, `high`: its 95 % interval
    - `index`: 100 = on a par with the rest; 120 = 20 % better in the good direction
    - `probability_better`: that the segment is better than the rest
    - `needs_days`: at the present volume, until a change of 20 % would be seen
    - `state`, `since` (event time, UTC), `kind` (what makes it over, under or silent)
    - `at`: the tick that the states are of; `to`: where the figures end; `written`: when Kafka got them; all UTC

    A figure that cannot be had yet is null. For pandas: `read_scores().to_pandas()`, with pandas and pyarrow installed.

    Raises ModuleNotFoundError where polars is not installed (the extra `notebook`), SettingsError, and
    consumers.connection.OutageError where no broker answers or the topic is not there.
    """
    try:
        import polars as pl
    except ModuleNotFoundError:
        raise ModuleNotFoundError("segpulse.read_scores() needs polars: pip install polars") from None

    overlay = {} if broker is None else {"kafka": {"broker": broker}}
    chosen = settings.load(None if config is None else Path(config), **overlay)
    latest = Latest()
    latest.apply(read_now(chosen.kafka))
    time, text, number = pl.Datetime("ms", "UTC"), pl.String(), pl.Float64()
    kinds = {**dict.fromkeys(TIMES, time), **dict.fromkeys(FIGURES, number), "state": pl.Enum(STATES)}
    rows = [row for scored in latest.all() for row in _rows(scored)]
    frame = pl.DataFrame(rows, schema={column: kinds.get(column, text) for column in COLUMNS})
    return frame.sort("dimension", "segment", "kpi", "window")


def _rows(scored: Scored) -> Iterator[dict[str, Any]]:
    scores = scored.scores
    shared = {"dimension": scores.dimension, "segment": scores.value, "at": scores.at, "to": scores.to}
    for cell in scores.cells:
        row = {**shared, **msgspec.structs.asdict(cell), "written": scored.written}
        yield {column: _number(row[column]) if column in FIGURES else row[column] for column in COLUMNS}


def _number(figure: float | None) -> float | None:
    return None if figure is None else float(figure)
