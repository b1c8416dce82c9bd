"""Simulated events as columns, and the same as source records."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import orjson

from streams.events.columns import Floats, Ints
from streams.events.topics import PROFILES
from streams.tools.files.source import SourceRecord
from streams.tools.simulate.audience import Audience

#: (topic, event): what a column `kind` counts in. In the order in which events of the same millisecond are sent.
KINDS: tuple[tuple[str, str], ...] = (
    ("page_views", "page_view"),
    ("clicks", "click"),
    ("form_fills", "form_fill"),
    ("downloads", "download"),
    ("emails", "sent"),
    ("emails", "opened"),
    ("emails", "clicked"),
    ("attendance", "invited"),
    ("attendance", "registered"),
    ("attendance", "attended"),
    ("leads", "created"),
    ("leads", "mql"),
    ("leads", "sql"),
    ("leads", "won"),
    ("leads", "lost"),
    ("orders", "order"),
    ("customers", "customer"),
    ("spend", "spend"),
    ("feedback", "survey_sent"),
    ("feedback", "nps"),
)
CAMPAIGNS = (
    "energy-optimisation-audit",
    "energy-optimisation-webinar",
    "asset-reliability-guide",
    "asset-reliability-demo",
)
CONTENTS = ("home", "energy-calculator", "case-study", "reliability-checklist", "product-tour", "pricing", "webinar")
PRODUCTS = ("drive", "motor", "pump", "sensor", "compressor", "energy-audit", "spare-parts", "maintenance-contract")
_NAMES = (*CONTENTS, *PRODUCTS)


class Columns(NamedTuple):
    """One entry an event."""

    time: Ints  # ms
    kind: Ints  # index into KINDS
    visitor: Ints
    campaign: Ints  # index into CAMPAIGNS; -1: none
    content: Ints  # index into CONTENTS, and those after them into PRODUCTS; -1: none
    value: Floats  # NaN: none

    def take(self, which: npt.NDArray[np.bool_] | Ints) -> Columns:
        """The events at these places, or where this is true."""
        return Columns._make(column[which] for column in self)


def columns(
    topic: str, event: str, time: Ints, visitor: Ints, campaign: Ints | None = None, content: Ints | None = None,
    value: Floats | None = None,
) -> Columns:  # fmt: skip
    """Events of one kind."""
    none = np.full(len(time), -1, dtype=np.int64)
    return Columns(
        time,
        np.full(len(time), KINDS.index((topic, event)), dtype=np.int64),
        visitor,
        none if campaign is None else campaign,
        none if content is None else content,
        np.full(len(time), np.nan) if value is None else value,
    )


def together(parts: Sequence[Columns]) -> Columns:
    """All of `parts`, in time order; what is equal in time and kind stays in order."""
    every = Columns._make(np.concatenate(column) for column in zip(*parts, strict=True))
    return every.take(np.lexsort((every.kind, every.time)))


def profiles(audience: Audience, time: int) -> Iterator[SourceRecord]:
    """Who everybody is, as of `time` (ms)."""
    for visitor in range(len(audience)):
        name = visitor_name(visitor)
        value = orjson.dumps({"visitor_id": name, "timestamp": time, "traits": audience.of(visitor)})
        yield SourceRecord(PROFILES, name, value, time)


def records(events: Columns, prefix: str, first: int) -> Iterator[SourceRecord]:
    """The events as JSON; their ids are `prefix` and a number from `first` on."""
    # Put together as text: all names are ours and need no escaping, and a dump of each would take half of the time.
    kinds = [(topic, f',"event":"{event}"') for topic, event in KINDS]
    campaigns = [*(f',"campaign":"{name}"' for name in CAMPAIGNS), ""]
    contents = [*(f',"content":"{name}"' for name in _NAMES), ""]
    rows = zip(*(column.tolist() for column in events), strict=True)
    for number, (time, kind, visitor, campaign, content, value) in enumerate(rows, first):
        topic, event = kinds[kind]
        name = visitor_name(visitor)
        worth = "" if math.isnan(value) else f',"value":{value:.2f}'
        text = (
            f'{{"event_id":"{prefix}{number}","visitor_id":"{name}","timestamp":{time}'
            f"{event}{campaigns[campaign]}{contents[content]}{worth}}}"
        )
        yield SourceRecord(topic, name, text.encode(), time)


def visitor_name(visitor: int) -> str:
    """The id of a visitor."""
    return f"visitor-{visitor:06d}"
