"""A KPI's value as people read it: the same in alerts, diagnoses and the terminal."""

from __future__ import annotations

from collections.abc import Iterable

from streams.events.terms import split
from streams.events.topics import SOURCES


def figure(value: float, unit: str) -> str:
    """Of a ratio per cent, else without its unit: `7.6%`, `0.0431`, `1,057`."""
    amount, sign = (100 * value, "%") if unit == "ratio" else (value, "")
    return (f"{amount:.3g}" if abs(amount) < 100 else f"{amount:,.0f}") + sign


def with_unit(value: float, unit: str) -> str:
    """`7.6%`, `1,057 s per session`."""
    return figure(value, unit) if unit in ("ratio", "") else f"{figure(value, unit)} {unit}"


def counted(numerator: Iterable[str]) -> list[str]:
    """What these measures count, in words: `form fills`, `leads` (new ones), `leads won`."""
    return [_words(split(term)[1]) for term in numerator]


def _words(measure: str) -> str:
    topic, _, rest = measure.partition(".")
    source = SOURCES.get(topic)
    if source is None and rest in SOURCES:  # sessions with it
        topic, rest = rest, ""
    if source is not None and rest == source.default:
        rest = ""
    return f"{topic} {rest}".rstrip().replace("_", " ").replace(".", " ")
