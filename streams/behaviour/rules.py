"""What a rule over a visitor's behaviour is, what must be known of the visitor, and when it holds."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

SEEN = "seen"  # the measure that all that the visitor did adds one to

BOUGHT = "bought"  # the measure that an order adds one to, by what is bought: see behaviour.products

SECOND, HOUR, DAY, EVER = 1_000, 3_600_000, 86_400_000, 0  # ms of a bucket; EVER: all time is one
MONTH = 30 * DAY

OPERATORS: Mapping[str, Callable[..., npt.NDArray[np.bool_]]] = {
    ">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt, "=": operator.eq, "!=": operator.ne,
}  # fmt: skip


class Quantity(NamedTuple):
    """A measure summed over the bucket of the moment and the `length` buckets before it."""

    measure: str  # as in events.terms; SEEN
    unit: int = EVER  # ms of a bucket
    length: int = 0


class Comparison(NamedTuple):
    """`of`, less `less`, compared with a number (of sums: thousandths)."""

    of: Quantity
    less: Quantity | None
    operator: str
    number: int


class Not(NamedTuple):
    """The opposite of a rule."""

    rule: Rule


class All(NamedTuple):
    """Every one of these."""

    rules: tuple[Rule, ...]


class Any(NamedTuple):
    """At least one of these."""

    rules: tuple[Rule, ...]


Rule = Comparison | Not | All | Any


def quantities(rule: Rule) -> Iterator[Quantity]:
    """All that must be known to tell whether `rule` holds."""
    if isinstance(rule, Comparison):
        yield rule.of
        if rule.less is not None:
            yield rule.less
        return
    for part in (rule.rule,) if isinstance(rule, Not) else rule.rules:
        yield from quantities(part)


def holds(rule: Rule, amounts: Mapping[Quantity, npt.NDArray[np.int64]]) -> npt.NDArray[np.bool_]:
    """For which of a number of moments does `rule` hold? `amounts`: of each quantity, one a moment."""
    if isinstance(rule, Comparison):
        amount = amounts[rule.of] if rule.less is None else amounts[rule.of] - amounts[rule.less]
        return OPERATORS[rule.operator](amount, rule.number)
    if isinstance(rule, Not):
        return ~holds(rule.rule, amounts)
    combine = np.logical_and if isinstance(rule, All) else np.logical_or
    out: npt.NDArray[np.bool_] = combine.reduce([holds(part, amounts) for part in rule.rules])
    return out
