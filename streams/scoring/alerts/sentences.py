"""An alert in one sentence, for a person who was asleep: what, how big, since when, how sure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timezone

from streams.kpis.figures import with_unit
from streams.scoring.alerts.facts import Facts, Weight
from streams.settings import Span


def fired(tick: int, facts: Facts, weight: Weight) -> str:
    """Why it fires at `tick` (ms)."""
    segment = f"{facts.dimension}:{facts.value}"
    if facts.kind == "silent":
        what = (
            f"{segment} has fallen silent on {facts.kpi} since {moment(facts.since)}: of {_number(weight.expected)}"
            " cases that were due, hardly any came"
        )
    elif facts.kind == "shift":
        what = (
            f"{segment} is {facts.state} on {facts.kpi} since {moment(facts.since)}:"
            f" {beside(weight.change)} its own usual, {_figures(facts, tick)}"
        )
    else:
        what = f"{segment} is {facts.state} on {facts.kpi}: {beside(weight.change)} the rest, {_figures(facts)}"
    return "; ".join(filter(None, (what, _impact(weight.impact, facts), _chance(facts, weight))))


def resolved(facts: Facts, reason: str) -> str:
    """Why it does not any more."""
    return f"{facts.dimension}:{facts.value} is no longer {facts.state} on {facts.kpi}: {reason}"


def _figures(facts: Facts, tick: int | None = None) -> str:
    """Its figures and the rest's; with `tick` it is said where they are in part of the time before it began."""
    of = "of" if facts.unit == "ratio" else "on"
    amount = f"{_number(facts.numerator)} {_noun(facts)}" if _is_sum(facts) else f"{facts.numerator:,}"
    before = ", in part from before" if tick is not None and facts.since > tick - Span.parse(facts.window) else ""
    counts = f"({amount} {of} {facts.denominator:,} in the last {facts.window}{before})"
    if facts.actual is None or facts.rest is None:
        return f"with nothing to compare {counts}"
    return f"{with_unit(facts.actual, facts.unit)} against {with_unit(facts.rest, facts.unit)} for the rest {counts}"


def beside(change: float) -> str:
    """How far off: "31% below"."""
    return f"{abs(change):.0%} {'above' if change > 0 else 'below'}" if math.isfinite(change) else "far above"


def _impact(an_hour: float | None, facts: Facts) -> str:
    if not an_hour or not math.isfinite(an_hour):
        return ""
    times, period = (24, "a day") if abs(an_hour) < 1 else (1, "an hour")
    amount = _number(times * abs(an_hour) * facts.piece)
    if _is_sum(facts):
        return f"about {amount} {_noun(facts)} {'more' if an_hour > 0 else 'less'} {period}"
    return f"about {amount} {'more' if an_hour > 0 else 'fewer'} {listed(facts.counted)} {period}"


def listed(words: Sequence[str]) -> str:
    """`clicks, downloads and form fills`."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def _is_sum(facts: Facts) -> bool:
    return isinstance(facts.numerator, float)


def _noun(facts: Facts) -> str:
    """What a sum is in: of "EUR per session" EUR."""
    return facts.unit.partition(" per ")[0]


def _chance(facts: Facts, weight: Weight) -> str:
    if facts.kind == "level":
        between = f"at least {weight.low:.0%}" if math.isinf(weight.high) else f"{weight.low:.0%} to {weight.high:.0%}"
        return f"{between} of the rest's, with 95% certainty over all of {facts.dimension}, however often one looks"
    return f"chance alone calls like this about once in {_while(weight.chance)}"


def _while(days: float) -> str:
    if days < 2:
        return f"{24 * days:.2g} hours"
    if days < 2 * 365:
        return f"{days:.0f} days"
    return f"{days / 365:.0f} years" if days < 100 * 365 else "more than 100 years"


def _number(amount: float) -> str:
    return f"{amount:,.0f}" if amount >= 10 else f"{amount:.2g}"


def moment(ms: int) -> str:
    """As people read it, UTC."""
    return datetime.fromtimestamp(ms / 1000, timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
