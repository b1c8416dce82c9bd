"""The measures of what a visitor did before, and what must be known of it.

    buyers             a visitor's first order of a day (UTC): so often as somebody orders in a day, it is one buyer
    buyers.returning   those of them who had ordered within the 90 days before
    leads.sql.seconds  the time from a lead's last stage before to this one; of so many: `leads.sql.intervals`

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

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from streams.behaviour.rules import DAY, SECOND, SEEN, All, Comparison, Not, Quantity, Rule
from streams.kpis.terms import BUYERS, KINDS, RETENTIONS, STAGES, VISITORS, looked_at, waited

_ORDER = "orders.order"
_AGAIN = 90  # days
_LONGEST_STAGE = 365 * DAY // SECOND  # seconds: who takes longer begins anew


class Where(NamedTuple):
    """An event of this kind adds one where `rule` holds of what was before it."""

    kind: int
    rule: Rule


class Since(NamedTuple):
    """An event of this kind adds the time since the `last` there was (else one), where there was one."""

    kind: int
    last: Quantity  # of buckets of a second
    sums: bool


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
    """What is asked of visitors' past: measures of events with their columns, and retentions."""

    looks: tuple[tuple[int, Where | Since], ...] = ()
    retentions: tuple[Retention, ...] = ()


def _at_least_one(quantity: Quantity) -> Rule:
    return Comparison(quantity, None, ">=", 1)


_FIRST_OF_DAY = Not(_at_least_one(Quantity(_ORDER, DAY, 0)))
_LOOKS: dict[str, Where | Since] = {
    BUYERS: Where(KINDS["orders", "order"], _FIRST_OF_DAY),
    f"{BUYERS}.returning": Where(
        KINDS["orders", "order"], All((_FIRST_OF_DAY, _at_least_one(Quantity(_ORDER, DAY, _AGAIN))))
    ),
    **{
        measure: Since(KINDS["leads", stage], Quantity(f"leads.{before}", SECOND, _LONGEST_STAGE), sums)
        for before, stage in pairwise(STAGES)
        for measure, sums in zip(waited(stage), (True, False), strict=True)
    },
}
_ACTIVE = {VISITORS: SEEN, BUYERS: _ORDER}


def past(names: Iterable[str]) -> Past:
    """What the measures `names`, each in its column, ask for."""
    column = {name: j for j, name in enumerate(names)}
    retentions = (
        Retention(active, days, *(column.get(name, -1) for name in looked_at(who, days)))
        for who, active in _ACTIVE.items()
        for days in RETENTIONS
    )
    return Past(
        tuple((column[name], look) for name, look in _LOOKS.items() if name in column),
        tuple(each for each in retentions if max(each.columns) >= 0),
    )
