"""What can be counted: the measures by name, and what an event must be to add to one.

`topic` and `topic.event` count events; with `.value` they sum the values, with `.valued` they count those that have
one; `feedback.nps.promoters` and the like count answers within a range. `sessions` counts sessions, `sessions.topic`
those with an event of a topic, `sessions.engaged` those with a second event; `sessions.seconds` sums the time from each
event of a session to the next, of which there are `sessions.intervals`. `steps.one.other` counts the events of topic
`other` that come right after one of `one` in their session, `steps.start.other` those that open it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from streams.events.topics import ANSWERS, SOURCES

SESSIONS, ENGAGED = "sessions", "sessions.engaged"
SECONDS, INTERVALS = "sessions.seconds", "sessions.intervals"
STEPS, START = "steps", "start"
SPENT = "spend.value"
UNIT = 1000  # of a sum: it is kept in thousandths

#: The kinds of event, (topic, event), by number; no name: the topic's events have none to tell them by.
KINDS: dict[tuple[str, str], int] = {
    kind: number
    for number, kind in enumerate((topic, name) for topic, of in SOURCES.items() for name in sorted(of.names) or [""])
}

_VALUE, _VALUED = ".value", ".valued"
_ANY = (-(2**62), 2**62)


class Addition(NamedTuple):
    """What an event adds to a measure."""

    measure: str
    needs: tuple[int, int] | None = None  # a value from .. to .., in thousandths
    sums: bool = False  # its value; else one


def additions(topic: str, event: str) -> Iterator[Addition]:
    """All that an event of this name on `topic` may add to; no name: the topic's events have none to tell them by."""
    for name in (topic, f"{topic}.{event}") if event else (topic,):
        yield Addition(name)
        yield Addition(name + _VALUED, _ANY)
        yield Addition(name + _VALUE, _ANY, sums=True)
    for answer, (low, high) in ANSWERS.get((topic, event), {}).items():
        yield Addition(f"{topic}.{event}.{answer}", (round(low * UNIT), round(high * UNIT)))


def step(one: str, other: str) -> str:
    """The measure that counts the steps from one topic (or START) to another."""
    return f"{STEPS}.{one}.{other}"


def split(term: str) -> tuple[int, str]:
    """1 and the measure, or -1 and the measure where the term takes it away."""
    return (-1, term[1:]) if term.startswith("-") else (1, term)


def is_sum(measure: str) -> bool:
    """Is it a sum of values, kept in thousandths?"""
    return measure == SECONDS or measure.endswith(_VALUE)


def pieces(measure: str) -> str:
    """The measure that counts what `measure` is a sum of; a count is of itself."""
    if measure == SECONDS:
        return INTERVALS
    return measure.removesuffix(_VALUE) + _VALUED if is_sum(measure) else measure


#: All measures, by the topic (or `sessions`) that they are of.
MEASURES: dict[str, frozenset[str]] = {
    **{
        topic: frozenset(a.measure for name in source.names or [""] for a in additions(topic, name))
        for topic, source in SOURCES.items()
    },
    STEPS: frozenset(step(one, other) for one in (START, *SOURCES) for other in SOURCES),
    SESSIONS: frozenset({SESSIONS, ENGAGED, SECONDS, INTERVALS, *(f"{SESSIONS}.{topic}" for topic in SOURCES)}),
}
