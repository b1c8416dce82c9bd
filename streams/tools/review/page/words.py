"""Figures as people read them."""

from __future__ import annotations

from datetime import datetime, timezone
from math import floor, log10

from streams.tools.review.model import Estimate

NONE = "–"
_PERCENT = "\u00a0%"  # a number and its sign stay on one line
_SHARE = "ratio"  # the unit of what is shown as per cent


def day(at: int) -> str:
    """2 March 2026, of a time in ms."""
    moment = datetime.fromtimestamp(at / 1000, tz=timezone.utc)
    return f"{moment.day} {moment:%B %Y}"


def rate(value: float | None, unit: str) -> str:
    """A KPI's value: 12.3 % or 1.27."""
    if value is None:
        return NONE
    return f"{_short(100 * value)}{_PERCENT}" if unit == _SHARE else _short(value)


def moved(value: float | None, unit: str) -> str:
    """A change of a KPI's value: +1.2 points (of per cent) or +0.127."""
    if value is None:
        return NONE
    by = 100 * value if unit == _SHARE else value
    sign = "+" if by > 0 else "−" if by < 0 else "±"
    return f"{sign}{_short(abs(by), 2)}" + (" points" if unit == _SHARE else "")


def percent(share: float | None) -> str:
    """12 %, of 0.12."""
    return NONE if share is None else f"{_short(100 * share, 2)}{_PERCENT}"


def more(ratio: float | None) -> str:
    """+12 %, of 1.12."""
    if ratio is None:
        return NONE
    by = round(100 * (ratio - 1))
    return f"{'+' if by > 0 else '−' if by < 0 else '±'}{abs(by):,}{_PERCENT}"


def grown(estimate: Estimate | None) -> str:
    """+12 % (+3 to +22)."""
    if estimate is None:
        return NONE
    low, high = (more(each).removesuffix(_PERCENT) for each in (estimate.low, estimate.high))
    return f"{more(estimate.value)} ({low} to {high})"


def against(what: str) -> str:
    """The earlier period that growth is told against."""
    return {"before": "the days before", "week": "a week earlier", "year": "52 weeks earlier"}[what]


def count(value: float | None) -> str:
    """1,234"""
    return NONE if value is None else f"{round(value):,}".replace("-", "−")


def extra(value: float | None) -> str:
    """+1,234"""
    return NONE if value is None else f"{'+' if round(value) > 0 else ''}{count(value)}"


def than(value: float) -> str:
    """1,234 more, or 12 fewer."""
    return f"{count(abs(value))} {'more' if value > 0 else 'fewer'}"


def chance(p_value: float | None) -> str:
    """How likely chance does the like: 1 in 250."""
    if p_value is None:
        return NONE
    if p_value > 0.05:
        return "more than 1 in 20"
    return "less than 1 in 10,000" if p_value < 1e-4 else f"1 in {1 / p_value:,.0f}"


def listed(names: list[str]) -> str:
    """a, b and c"""
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def _short(value: float, digits: int = 3) -> str:
    """So many digits that count, and no exponent."""
    if value == 0:
        return "0"
    decimals = max(0, digits - 1 - floor(log10(abs(value))))
    return f"{value:,.{decimals}f}"
