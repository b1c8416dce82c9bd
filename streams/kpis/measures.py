"""The additive measures that the KPIs need, as columns: what one event adds to which column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from streams.events.topics import SOURCES
from streams.settings import Kpi


class Measures:
    """The columns of a pane, in a fixed order.

    `names[j]` is column j. An event's kind is an index into `of_kind`, whose row holds the (at most two) columns that
    such an event adds one to: its topic's, and that of its topic and name. -1 stands for none.
    """

    def __init__(self, kpis: Iterable[Kpi]) -> None:
        kpis = list(kpis)
        needed = {m for kpi in kpis for m in (*kpi.numerator, *kpi.denominator)}
        self.names: tuple[str, ...] = tuple(sorted(needed))
        column = {name: j for j, name in enumerate(self.names)}
        self.kinds: dict[tuple[str, str], int] = {}
        rows: list[tuple[int, int]] = []
        for topic, source in SOURCES.items():
            for name in sorted(source.names) or [""]:
                self.kinds[topic, name] = len(rows)
                rows.append((column.get(topic, -1), column.get(f"{topic}.{name}", -1)))
        self.of_kind: npt.NDArray[np.int64] = np.array(rows, dtype=np.int64)
        self.sessions = column.get("sessions", -1)
        #: topic -> column of `sessions.topic`
        self.sessions_with = {t: column[f"sessions.{t}"] for t in SOURCES if f"sessions.{t}" in column}

    def kind(self, topic: str, event: str) -> int:
        """The kind of an event called `event` on `topic`; KeyError where the topic has no event of that name."""
        return self.kinds[topic, event if SOURCES[topic].names else ""]

    def columns(self, kpis: Mapping[str, Kpi], side: str) -> list[list[int]]:
        """The columns whose sum is each KPI's `side`, "numerator" or "denominator"."""
        return [[self.names.index(measure) for measure in getattr(kpi, side)] for kpi in kpis.values()]


def sums(totals: npt.NDArray[np.int64], columns: Sequence[Sequence[int]]) -> npt.NDArray[np.int64]:
    """`totals` [… × measures] as [… × KPIs]: of each KPI the sum of its `columns`."""
    # Not a product with a matrix of ones: numpy is slow at that with integers, and with floats keeps all cores busy.
    out = totals[..., [first for first, *_ in columns]]
    for j, (_, *more) in enumerate(columns):
        for column in more:
            out[..., j] += totals[..., column]
    return out
