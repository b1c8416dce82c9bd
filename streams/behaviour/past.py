"""The measures of what a visitor did before, and what must be known of it.

    buyers                   a visitor's first order of a day (UTC): so often as somebody orders in a day, it is one
                             buyer, judged by that order
    buyers.returning         those of them who had ordered within the 90 days before
    buyers.returning.named   of these, those whose order says what is bought
    buyers.cross_sold        of these, those who had not bought that within the year before
    buyers.returning.valued  of those returning, those whose order has a value, as the last before it had
    buyers.up_sold           of these, those whose order is worth more than that one
    leads.sql.seconds        the time from a lead's last stage before to this one; of so many: `leads.sql.intervals`
    leads.sql.took.7         those times that are in a bin of terms.BINS

Up-sold is against the last order and not against the best: the more orders somebody had, the seldomer one is the best,
and that is no merit of a segment. Of what is bought there is a fingerprint, and of each visitor and fingerprint when.

Who stays is found by looking, as nothing happens when somebody leaves:

    visitors.cohort_30d    looked at, and active in the 30 days before the last 30
    visitors.retained_30d  of these, active in the last 30 days too
    visitors.churned_30d   of these, not
                  ├──── 30 d: active? ────┼──── 30 d: still? ────┤ midnight (UTC)

Each visitor is looked at once in 30 days, on a day of their own. So every visitor is one trial in as long as a trial
takes, and the trials of one day and the next are of different people, as independent as the models have them; a census
of all each day would count everybody thirty times, and what is chance would look sure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import NamedTuple

from streams.behaviour.rules import BOUGHT, DAY, MONTH, SECOND, SEEN, All, Comparison, Not, Quantity, Rule
from streams.events.terms import (
    BUYERS,
    CROSS_SOLD,
    KINDS,
    NAMED,
    RETENTIONS,
    RETURNING,
    STAGES,
    UP_SOLD,
    VALUED,
    VISITORS,
    binned,
    looked_at,
    waited,
)

_ORDER = "orders.order"
_AGAIN = 90  # days
_A_YEAR = 12  # months of 30 days, and the one that has begun
_LONGEST_STAGE = 365 * DAY // SECOND  # seconds: who takes longer begins anew


class Product(NamedTuple):
    """The event says what is bought; and, if it must be `new`, there was none `of` that before."""

    of: Quantity  # of behaviour.products
    new: bool


class Worth(NamedTuple):
    """The event has a value, as the last `of` these before it had; and, if it must be `more`, a larger one."""

    of: Quantity  # of buckets of a second
    more: bool


class Where(NamedTuple):
    """An event of this kind adds one where `rule` holds of what was before it, and `also` of it beside that."""

    kind: int
    rule: Rule
    also: Product | Worth | None = None


class Wait(NamedTuple):
    """An event of this kind adds the time since the `last` there was, where there was one: the columns of all that."""

    kind: int
    last: Quantity  # of buckets of a second
    seconds: int  # -1: nobody asks
    intervals: int
    bins: tuple[int, ...]

    @property
    def columns(self) -> tuple[int, ...]:
        """All of them."""
        return self.seconds, self.intervals, *self.bins


class Retention(NamedTuple):
    """Who of those active (by a measure) in the `days` before the last still is: the columns of the three counts."""

    active: str
    days: int
    cohort: int  # -1: nobody asks
    retained: int
    churned: int

    @property
    def columns(self) -> tuple[int, int, int]:
        """All three."""
        return self.cohort, self.retained, self.churned

    @property
    def lately(self) -> Quantity:
        """Of the last day that is over and those before it: the last `days`."""
        return Quantity(self.active, DAY, self.days - 1)

    @property
    def twice(self) -> Quantity:
        """Of twice as many."""
        return Quantity(self.active, DAY, 2 * self.days - 1)


class Past(NamedTuple):
    """What is asked of visitors' past: measures of events with their columns, times between events, and retentions."""

    looks: tuple[tuple[int, Where], ...] = ()
    waits: tuple[Wait, ...] = ()
    retentions: tuple[Retention, ...] = ()

    @property
    def of_products(self) -> bool:
        """Does anything depend on what was bought?"""
        return any(isinstance(look.also, Product) for _, look in self.looks)


def _at_least_one(quantity: Quantity) -> Rule:
    return Comparison(quantity, None, ">=", 1)


_FIRST_OF_DAY = Not(_at_least_one(Quantity(_ORDER, DAY, 0)))
_RETURNING = All((_FIRST_OF_DAY, _at_least_one(Quantity(_ORDER, DAY, _AGAIN))))
_PRODUCTS = Quantity(BOUGHT, MONTH, _A_YEAR)
_WORTH = Quantity(f"{_ORDER}.value", SECOND, _AGAIN * DAY // SECOND)
_LOOKS = {
    measure: Where(KINDS["orders", "order"], rule, also)
    for measure, rule, also in (
        (BUYERS, _FIRST_OF_DAY, None),
        (RETURNING, _RETURNING, None),
        (NAMED, _RETURNING, Product(_PRODUCTS, new=False)),
        (CROSS_SOLD, _RETURNING, Product(_PRODUCTS, new=True)),
        (VALUED, _RETURNING, Worth(_WORTH, more=False)),
        (UP_SOLD, _RETURNING, Worth(_WORTH, more=True)),
    )
}
_ACTIVE = {VISITORS: SEEN, BUYERS: _ORDER}


def past(names: Iterable[str]) -> Past:
    """What the measures `names`, each in its column, ask for."""
    column = {name: j for j, name in enumerate(names)}
    waits = (_wait(before, stage, column) for before, stage in pairwise(STAGES))
    retentions = (
        Retention(active, days, *(column.get(name, -1) for name in looked_at(who, days)))
        for who, active in _ACTIVE.items()
        for days in RETENTIONS
    )
    return Past(
        tuple((column[name], look) for name, look in _LOOKS.items() if name in column),
        tuple(each for each in waits if max(each.columns) >= 0),
        tuple(each for each in retentions if max(each.columns) >= 0),
    )


def _wait(before: str, stage: str, column: Mapping[str, int]) -> Wait:
    seconds, intervals = waited(stage)
    last = Quantity(f"leads.{before}", SECOND, _LONGEST_STAGE)
    bins = tuple(column.get(name, -1) for name in binned(seconds))
    return Wait(KINDS["leads", stage], last, column.get(seconds, -1), column.get(intervals, -1), bins)
