"""What a measure of visitors' past comes to at some events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from streams.behaviour.before import Batch, amounts_of
from streams.behaviour.records import Track
from streams.behaviour.rules import SECOND, Quantity, holds, quantities
from streams.events.columns import NOBODY, Columns, Ints
from streams.kpis.past import Since, Where


class Look(NamedTuple):
    """What some events (indexes) add to a measure's column, by what was before them; of sums thousandths."""

    column: int
    event: Ints
    amount: Ints


def asked_by(look: Where | Since) -> Sequence[Quantity]:
    """What must be known for it."""
    return [look.last] if isinstance(look, Since) else list(quantities(look.rule))


def look_up(column: int, look: Where | Since, batches: Mapping[Track, Batch], events: Columns) -> Look:
    """Of those of `events`, as each track has them, that are of its kind."""
    rows = np.flatnonzero((events.kind == look.kind) & (events.visitor != NOBODY))
    if isinstance(look, Where):
        rows = rows[holds(look.rule, amounts_of(batches, asked_by(look), rows))]
        return Look(column, rows, np.ones_like(rows))
    batch = batches[look.last[:2]]
    last, now = batch.last(rows), batch.bucket[rows]
    known = (last >= 0) & (last >= now - look.last.length)
    seconds = (now - last)[known]
    return Look(column, rows[known], seconds * SECOND if look.sums else np.ones_like(seconds))
