"""Rules over what a visitor did, as text: `downloads >= 2 in 7d and not won`. Parsed, never evaluated as code.

    rule       = all ("or" all)*
    all        = single ("and" single)*
    single     = "not" single | "(" rule ")" | comparison
    comparison = kind [operator number] [("in" | "before") span]
    kind       = "seen" | topic | topic.event | event | "sum(" topic[.event].value ")"

Without operator and number: at least one. Without a span: ever. `before 7d`: ever, less what was in 7d.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import NamedTuple

from streams.behaviour.rules import DAY, HOUR, OPERATORS, SEEN, All, Any, Comparison, Not, Quantity, Rule
from streams.events.terms import OF_EVENTS, UNIT, is_sum
from streams.events.topics import SOURCES

_MOST_HOURS, _MOST_DAYS = 48, 90
_MOST_WORDS = 200

#: event -> topic.event; no two topics have an event of one name.
_EVENTS = {event: f"{topic}.{event}" for topic, source in SOURCES.items() for event in source.names}
_OF_EVENTS = {measure for measures in OF_EVENTS.values() for measure in measures}
_SUMS = {measure for measure in _OF_EVENTS if is_sum(measure)}
_COUNTS = _OF_EVENTS - _SUMS
_KNOWN = f"write seen, {', '.join(SOURCES)}, or one of their events, like won or leads.won"


class RuleError(ValueError):
    """The text is no rule; the message says where and what would be right."""


def parse(text: str) -> Rule:
    """Raises RuleError."""
    return _Parser(text).rule()


class _Token(NamedTuple):
    at: int  # column, from 1
    text: str


_TOKEN = re.compile(r"\s*(>=|<=|!=|[<>=()]|\d+\.\d+|\d+[A-Za-z]*|[A-Za-z_][A-Za-z0-9_.]*|\S)")
_SPAN = re.compile(r"(\d+)([hd])")


class _Parser:
    """Recursive descent, one function a line of the grammar."""

    def __init__(self, text: str) -> None:
        self._tokens = [_Token(m.start(1) + 1, m[1]) for m in _TOKEN.finditer(text)]
        self._tokens.append(_Token(len(text) + 1, ""))
        self._next = 0
        if len(self._tokens) > _MOST_WORDS:
            raise RuleError(f"a rule has {_MOST_WORDS} words at most")

    def rule(self) -> Rule:
        rule = self._any()
        if self._text:
            raise self._error("write and, or, or nothing more")
        return rule

    def _any(self) -> Rule:
        parts = [self._all()]
        while self._took("or"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Any(tuple(parts))

    def _all(self) -> Rule:
        parts = [self._single()]
        while self._took("and"):
            parts.append(self._single())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _single(self) -> Rule:
        if self._took("not"):
            return Not(self._single())
        if self._took("("):
            rule = self._any()
            self._expect(")")
            return rule
        return self._comparison()

    def _comparison(self) -> Rule:
        measure = self._sum() if self._took("sum") else self._count()
        compare, number = ">=", 1
        if self._text in OPERATORS:
            compare = self._take()
            number = self._number(measure in _SUMS)
        elif measure in _SUMS:
            raise self._error("a sum is compared with a number: write like sum(orders.value) >= 1000")
        ever = Quantity(measure)
        if self._took("in"):
            return Comparison(self._within(measure), None, compare, number)
        less = self._within(measure) if self._took("before") else None
        return Comparison(ever, less, compare, number)

    def _sum(self) -> str:
        self._expect("(")
        if self._text not in _SUMS:
            raise self._error(f"what is summed is a topic's values, like orders.value{_meant(self._text, _SUMS)}")
        measure = self._take()
        self._expect(")")
        return measure

    def _count(self) -> str:
        name = _EVENTS.get(self._text, self._text)
        if name != SEEN and name not in _COUNTS:
            if name in _SUMS:
                raise self._error(f"that is a sum: write sum({name})")
            raise self._error(_KNOWN + _meant(name, {*_EVENTS, *_COUNTS, SEEN, "not"}))
        self._take()
        return name

    def _number(self, of_sum: bool) -> int:
        if not re.fullmatch(r"\d{1,12}" + (r"(\.\d+)?" if of_sum else ""), self._text):
            raise self._error("write a number" if of_sum else "write a whole number")
        return round(float(self._take()) * UNIT) if of_sum else int(self._take())

    def _within(self, measure: str) -> Quantity:
        match = _SPAN.fullmatch(self._text)
        length, unit = (int(match[1]), match[2]) if match else (0, "")
        if unit == "d" and length * 24 <= _MOST_HOURS:
            length, unit = length * 24, "h"
        if not 1 <= length <= (_MOST_HOURS if unit == "h" else _MOST_DAYS):
            raise self._error(f"write a span of 1h to {_MOST_HOURS}h or of 1d to {_MOST_DAYS}d, like 7d")
        self._take()
        return Quantity(measure, HOUR if unit == "h" else DAY, length)

    @property
    def _text(self) -> str:
        return self._tokens[self._next].text

    def _take(self) -> str:
        self._next += 1
        return self._tokens[self._next - 1].text

    def _took(self, text: str) -> bool:
        if self._text != text:
            return False
        self._next += 1
        return True

    def _expect(self, text: str) -> None:
        if not self._took(text):
            raise self._error(f"write {text!r}")

    def _error(self, right: str) -> RuleError:
        token = self._tokens[self._next]
        return RuleError(f"column {token.at}, {token.text!r}: {right}" if token.text else f"at its end: {right}")


def _meant(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name.lower(), known, 1)
    return f"; did you mean {near[0]}?" if near else ""
