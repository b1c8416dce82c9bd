"""Events for a history: what visitors did, by name."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from streams.behaviour.grammar import parse
from streams.behaviour.history import History
from streams.events.amounts import NONE
from streams.events.columns import Columns
from streams.events.terms import KINDS
from streams.events.topics import SOURCE_TOPICS
from tests.events.made import columns

HOUR, DAY = 3_600_000, 86_400_000
START = 20_000 * DAY  # ms
NAMES = [f"visitor {row}" for row in range(50)]


class Act(NamedTuple):
    """One event; `value` in thousandths."""

    time: int  # ms after START
    visitor: int
    kind: tuple[str, str] = ("clicks", "")
    value: int = NONE
    product: int = 0


def acted(acts: list[Act], first: int = 0) -> Columns:
    """As columns, in the given order; their offsets count from `first`."""
    made = columns(
        [START + act.time for act in acts],
        [SOURCE_TOPICS.index(act.kind[0]) for act in acts],
        [act.visitor for act in acts],
        offset=range(first, first + len(acts)),
    )
    kinds = np.array([KINDS[act.kind] for act in acts], dtype=np.int16)
    value = np.array([act.value for act in acts], dtype=np.int64)
    product = np.array([act.product for act in acts], dtype=np.int64)
    return replace(made, kind=kinds, value=value, product=product[:, None])


def history(**rules: str) -> History:
    """Of one dimension, "d"."""
    return History({"d": [parse(rule) for rule in rules.values()]} if rules else {}, NAMES)
