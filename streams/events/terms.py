"""What can be counted: the measures by name, and what an event must be to add to one.

`topic` and `topic.event` count events; with `.value` they sum the values, with `.valued` they count those that have
one; `feedback.nps.promoters` and the like count answers within a range. `sessions` counts sessions, `sessions.topic`
those with an event of a topic, `sessions.engaged` those with a second event; `sessions.seconds` sums the time from each
event of a session to the next, of which there are `sessions.intervals`. `steps.one.other` counts the events of topic
`other` that come right after one of `one` in their session, `steps.start.other` those that open it.

What a visitor did before is needed for the others, `OF_PAST`: see behaviour.past.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from streams.events.topics import ANSWERS, SOURCES

SESSIONS, ENGAGED = "sessions", "sessions.engaged"
SECONDS, INTERVALS = "sessions.seconds", "sessions.intervals"
STEPS, START = "steps", "start"
SPENT = "spend.value"
UNIT = 1000  # of a sum: it is kept in thousandths

VISITORS, BUYERS = "visitors", "buyers"
RETURNING = f"{BUYERS}.returning"
NAMED, CROSS_SOLD = f"{RETURNING}.named", f"{BUYERS}.cross_sold"
VALUED, UP_SOLD = f"{RETURNING}.valued", f"{BUYERS}.up_sold"
STAGES = ("created", "mql", "sql", "won")  # of a lead, in their order
RETENTIONS = (1, 7, 30, 90)  # days over which it is looked who stays
#: Bins of times, for their medians, by where they end (s): a minute, then √2 times as much each, up to a year.
BINS = (*(round(60 * 2 ** (n / 2)) for n in range(39)), 365 * 86_400)

#: The kinds of event, (topic, event), by number; no name: the topic's events have none to tell them by.
KINDS: dict[tuple[str, str], int] = {
    kind: number
    for number, kind in enumerate((topic, name) for topic, of in SOURCES.items() for name in sorted(of.names) or [""])
}

_VALUE, _VALUED = ".value", ".valued"
_SECONDS, _INTERVALS = ".seconds", ".intervals"
_ANY = (-(2**62), 2**62)

_VISITS = {SESSIONS, STEPS, "page_views", "clicks", "form_fills", "downloads", "social"}
_VISIT = 300_000.0  # ms: from where a visit, or an impression, begins to what comes of it


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
    return measure.endswith((_SECONDS, _VALUE))


def pieces(measure: str) -> str:
    """The measure that counts what `measure` is a sum of; a count is of itself."""
    if measure.endswith(_SECONDS):
        return measure.removesuffix(_SECONDS) + _INTERVALS
    return measure.removesuffix(_VALUE) + _VALUED if is_sum(measure) else measure


def lag(numerator: Iterable[str], denominator: Iterable[str]) -> float:
    """By how many ms, on average, hits come after the trials that they are of; infinity: by hours or days.

    What comes of visits and impressions comes within minutes, as form fills after sessions; won of those decided are
    the same events; e-mails are opened when somebody reads them.

    >>> lag(["sessions.form_fills"], ["sessions"]), lag(["leads.won"], ["leads.won", "leads.lost"])
    (300000.0, 0.0)
    >>> lag(["emails.opened"], ["emails.sent"])
    inf
    """
    trials = {_moment(term) for term in denominator}
    if {_moment(term) for term in numerator} <= trials:
        return 0.0
    return _VISIT if {topic for topic, *_ in trials} <= _VISITS else math.inf


def _moment(term: str) -> tuple[str, ...]:
    """What tells when a term counts: topic and name of events; the part of a session; of visitors looked at, all."""
    topic, *more = pieces(split(term)[1]).removesuffix(_VALUED).split(".")
    return (topic, *more[:1]) if topic in (*SOURCES, SESSIONS) else (topic,)


def waited(stage: str) -> tuple[str, str]:
    """The measures of the time from the stage before: its sum, and how many times that is of."""
    return f"leads.{stage}{_SECONDS}", f"leads.{stage}{_INTERVALS}"


def binned(seconds: str) -> tuple[str, ...]:
    """The measures that count the times of which `seconds` is the sum, by BINS; empty where none are kept."""
    sums = {waited(stage)[0] for stage in STAGES[1:]}
    of = seconds.removesuffix(_SECONDS)
    return tuple(f"{of}.took.{number}" for number in range(len(BINS))) if seconds in sums else ()


def looked_at(who: str, days: int) -> tuple[str, str, str]:
    """The measures of those of `who` that were active in the `days` before the last: all, who still is, who is not."""
    return f"{who}.cohort_{days}d", f"{who}.retained_{days}d", f"{who}.churned_{days}d"


#: What events add to by themselves, by their topic.
OF_EVENTS: dict[str, frozenset[str]] = {
    topic: frozenset(a.measure for name in source.names or [""] for a in additions(topic, name))
    for topic, source in SOURCES.items()
}

_RETAINED = {who: {measure for days in RETENTIONS for measure in looked_at(who, days)} for who in (VISITORS, BUYERS)}

#: What needs a visitor's past, by topic likewise.
OF_PAST: dict[str, frozenset[str]] = {
    "leads": frozenset(measure for stage in STAGES[1:] for measure in waited(stage)),
    BUYERS: frozenset({BUYERS, RETURNING, NAMED, CROSS_SOLD, VALUED, UP_SOLD, *_RETAINED[BUYERS]}),
    VISITORS: frozenset(_RETAINED[VISITORS]),
}

_OF_SESSIONS = frozenset({SESSIONS, ENGAGED, SECONDS, INTERVALS, *(f"{SESSIONS}.{topic}" for topic in SOURCES)})

_OF_STEPS = frozenset(step(one, other) for one in (START, *SOURCES) for other in SOURCES)

#: All measures, by the topic (or `sessions`, `steps`, `buyers`, `visitors`) that they are of.
MEASURES: dict[str, frozenset[str]] = {
    topic: OF_EVENTS.get(topic, frozenset()) | OF_PAST.get(topic, frozenset()) for topic in (*OF_EVENTS, *OF_PAST)
} | {SESSIONS: _OF_SESSIONS, STEPS: _OF_STEPS}
