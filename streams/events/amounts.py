"""An event's value, in whole thousandths: rounded once, so that sums are the same in any order. Money in one unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import attrgetter

import numpy as np

from streams.events.columns import Ints
from streams.events.decode import Event, Problem
from streams.events.topics import PROFILES, SOURCES

NONE = -(2**63)  # of an event without a value
LARGEST = 1e9  # a value, above or below 0, in the base currency; nine million such sums fit into a count


class Amounts:
    """The values of events."""

    def __init__(self, currency: str, rates: Mapping[str, float]) -> None:
        """`currency`: the base, which an amount without a currency is in; `rates`: what one unit of others is in it."""
        self._currency = currency
        self._rates: dict[str | None, float] = {None: 1.0, currency: 1.0}
        self._rates.update(rates)

    def of(self, topic: str, events: Sequence[Event]) -> tuple[Ints, dict[int, Problem]]:
        """The values of events of one topic, in thousandths (NONE: it has none), and by place what is wrong with some.

        Amounts of money are in the base currency.
        """
        out: Ints = np.full(len(events), NONE, dtype=np.int64)
        values = list(map(attrgetter("value"), events))
        if topic == PROFILES or values.count(None) == len(values):
            return out, {}
        rows = [row for row, value in enumerate(values) if value is not None]
        amount = np.array([values[row] for row in rows], dtype=np.float64)
        if SOURCES[topic].money:
            amount *= [self._rates.get(events[row].currency or None, np.nan) for row in rows]
        fine = np.abs(amount) <= LARGEST  # NaN is not
        out[rows] = np.rint(np.where(fine, amount, 0.0) * 1000)
        return out, {rows[i]: self._problem(topic, events[rows[i]]) for i in np.flatnonzero(~fine).tolist()}

    def _problem(self, topic: str, event: Event) -> Problem:
        if SOURCES[topic].money and (event.currency or None) not in self._rates:
            what = f"currency: {event.currency!r:.80} has no rate; set money.rates to what one is in {self._currency}"
            return Problem("unknown_currency", what)
        unit = f" {self._currency}" if SOURCES[topic].money else ""
        return Problem("bad_value", f"value: {event.value!r:.80} is not within {LARGEST:,.0f}{unit} of 0")
