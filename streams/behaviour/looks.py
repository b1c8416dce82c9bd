"""What the measures of visitors' past come to at some events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from streams.behaviour.before import Batch, amounts_of
from streams.behaviour.past import Past, Product, Wait, Where, Worth
from streams.behaviour.products import bought_before
from streams.behaviour.records import Track
from streams.behaviour.rules import SECOND, Quantity, holds, quantities
from streams.events.amounts import NONE
from streams.events.columns import NOBODY, Bools, Columns, Ints
from streams.events.terms import BINS


class Look(NamedTuple):
    """What some events (indexes) add to some columns, by what was before them; of sums thousandths."""

    event: Ints
    column: Ints
    amount: Ints


def asked_by(past: Past) -> Iterator[Quantity]:
    """What must be known for it."""
    for _, look in past.looks:
        yield from quantities(look.rule)
        if look.also is not None:
            yield look.also.of
    for wait in past.waits:
        yield wait.last
    for each in past.retentions:
        yield from (each.lately, each.twice)


def looked_up(past: Past, batches: Mapping[Track, Batch], events: Columns) -> list[Look]:
    """All that is asked of `events`, as each track has them."""
    where = [_ones(_where(look, batches, events), column) for column, look in past.looks]
    return [*where, *(look for wait in past.waits for look in _waited(wait, batches[wait.last[:2]], events))]


def _where(look: Where, batches: Mapping[Track, Batch], events: Columns) -> Ints:
    """The events (indexes) at which it holds."""
    rows = _of_kind(look.kind, events)
    rows = rows[holds(look.rule, amounts_of(batches, list(quantities(look.rule)), rows))]
    also = look.also
    if isinstance(also, Product):
        rows = rows[_is_product(also, batches[also.of[:2]], events, rows)]
    elif also is not None:
        rows = rows[_is_worth(also, batches[also.of[:2]], events, rows)]
    return rows


def _is_product(wanted: Product, batch: Batch, events: Columns, rows: Ints) -> Bools:
    named: Bools = events.product[rows, 0] > 0
    if wanted.new:
        named[named] &= ~bought_before(batch, wanted.of.length, rows[named])
    return named


def _is_worth(wanted: Worth, batch: Batch, events: Columns, rows: Ints) -> Bools:
    since = batch.since(rows)
    out: Bools = (events.value[rows] != NONE) & (since >= 0) & (since <= wanted.of.length)
    if wanted.more:
        (last,) = batch.sums([np.maximum(since, 0)], rows)
        out &= events.value[rows] > last
    return out


def _waited(wait: Wait, batch: Batch, events: Columns) -> Iterator[Look]:
    rows = _of_kind(wait.kind, events)
    seconds = batch.since(rows)
    known = (seconds >= 0) & (seconds <= wait.last.length)
    rows, seconds = rows[known], seconds[known]
    if wait.seconds >= 0:
        yield Look(rows, np.full_like(rows, wait.seconds), seconds * SECOND)
    if wait.intervals >= 0:
        yield _ones(rows, wait.intervals)
    if max(wait.bins) >= 0:
        yield Look(rows, np.array(wait.bins)[np.searchsorted(BINS[:-1], seconds, "right")], np.ones_like(rows))


def _of_kind(kind: int, events: Columns) -> Ints:
    return np.flatnonzero((events.kind == kind) & (events.visitor != NOBODY))


def _ones(rows: Ints, column: int) -> Look:
    return Look(rows, np.full_like(rows, column), np.ones_like(rows))
