"""Made-up traffic with a known truth: who comes, what they do, and when each record of it is sent.

It is seeded, so a run can be had again. What would be ambiguous is left out: a visitor's events have times of their
own, an event that is late is the only one of its visitor, and what is sent twice comes again well within the horizon.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from random import Random
from typing import NamedTuple

from kafka.partitioner.default import murmur2

from streams.events.topics import PROFILES
from streams.tools.files.source import SourceRecord

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
START = 1_780_000_000_000 // DAY * DAY  # ms, a midnight: all panes of a story are of one day
LATENESS = MINUTE
SLICE = 30 * SECOND  # ms of arrival between heartbeats

_WHAT = (  # topic, event name, weight
    ("page_views", "", 40), ("clicks", "", 25), ("form_fills", "", 8), ("downloads", "", 7), ("emails", "sent", 6),
    ("emails", "opened", 4), ("emails", "clicked", 3), ("leads", "created", 4), ("leads", "mql", 3),
    ("leads", "won", 3),
)  # fmt: skip
SESSION_TOPICS = ("page_views", "clicks", "form_fills", "downloads")
_INDUSTRIES, _TIERS = ("pharma", "automotive", "food", "energy"), (1, 2, 3)
STAGES = ("awareness", "consideration", "decision")
_CAMPAIGNS = ("spring", "energy-check", "webinar", None)


class Visitor(NamedTuple):
    """Somebody; without traits nothing is known of them."""

    name: str
    partition: int  # as every producer's default partitioner has it
    traits: dict[str, object]


class Event(NamedTuple):
    """What one visitor did."""

    ident: str
    visitor: Visitor
    time: int  # ms
    topic: str
    name: str
    campaign: str | None
    stage: str | None  # the buying stage that the event itself tells of


class Span(NamedTuple):
    """The arrivals of a slice of time, then its heartbeat."""

    records: list[SourceRecord]
    heartbeat: int  # ms: nothing older follows, but what is late


@dataclass(frozen=True)
class Shape:
    """How much traffic, and of which kinds."""

    visitors: int = 400
    partitions: int = 3
    hours: float = 3.0
    late: float = 0.5  # visitors whose only event comes late, for each other visitor
    twice: float = 0.05  # of all events
    future: float = 0.01


@dataclass
class Story:
    """All of it: `events` are those that count, `refused` the ids of those that are dead letters."""

    seed: int
    shape: Shape
    events: list[Event] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    profiles: list[SourceRecord] = field(default_factory=list)
    arrivals: list[tuple[int, int, SourceRecord]] = field(default_factory=list)  # ms, and a number against ties
    twice: int = 0

    @property
    def end(self) -> int:
        """ms: the last heartbeat; all is counted when the watermark is there."""
        last = max((at for at, _, _ in self.arrivals), default=START)
        return (last // SLICE + 2) * SLICE + LATENESS

    def spans(self) -> Iterator[Span]:
        """What is to be sent, in order."""
        yield Span(self.profiles, START)
        slices: defaultdict[int, list[SourceRecord]] = defaultdict(list)
        for at, _, record in sorted(self.arrivals, key=lambda arrival: arrival[:2]):
            slices[at // SLICE].append(record)
        for number in range(START // SLICE, max(slices) + 1):
            yield Span(slices[number], (number + 1) * SLICE)
        yield Span([], self.end)

    def lines(self) -> list[bytes]:
        """The same as a file for `segpulse backtest`: profiles first, then events by time, with those sent twice."""
        records = sorted(self.arrivals, key=lambda arrival: (arrival[2].timestamp, arrival[1]))
        said = [*self.profiles, *(record for _, _, record in records)]
        return [json.dumps({"topic": r.topic, **json.loads(r.value)}).encode() for r in said]


def tell(seed: int, shape: Shape | None = None) -> Story:
    """A story by its seed."""
    return _Teller(seed, shape or Shape()).story


class _Teller:
    def __init__(self, seed: int, shape: Shape) -> None:
        self._random = Random(seed)
        self._shape = shape
        self.story = Story(seed, shape)
        for number in range(shape.visitors):
            self._regular(self._visitor(f"v{number}"))
        for number in range(round(shape.visitors * shape.late)):
            self._late(self._visitor(f"late{number}"))

    def _visitor(self, name: str) -> Visitor:
        random = self._random
        traits: dict[str, object] = {}
        if random.random() < 0.9:
            traits = {"industry": random.choice(_INDUSTRIES), "city_tier": random.choice(_TIERS)}
            value = json.dumps({"visitor_id": name, "traits": {**traits, "buying_stage": STAGES[0]}}).encode()
            self.story.profiles.append(SourceRecord(PROFILES, name, value, 0))
        return Visitor(name, (murmur2(name.encode()) & 0x7FFFFFFF) % self._shape.partitions, traits)

    def _regular(self, visitor: Visitor) -> None:
        random, number = self._random, 0
        time = START + random.randrange(30 * MINUTE)
        while time < START + self._shape.hours * HOUR:
            event = self._event(f"{visitor.name}-{number}", visitor, time)
            delay = random.randrange(LATENESS * 4 // 5) if random.random() < 0.5 else 0
            self._count(event, delay)
            if random.random() < self._shape.future:
                self._refuse(event._replace(ident=f"{event.ident}-future", time=time + 60 * DAY), time)
            # A gap, or some minutes: never near the half hour that ends a session.
            gap = random.randrange(35 * MINUTE, 60 * MINUTE) if random.random() < 0.1 else 0
            time, number = time + (gap or random.randrange(SECOND, 12 * MINUTE)), number + 1

    def _late(self, visitor: Visitor) -> None:
        random = self._random
        hours = self._shape.hours
        time = START + random.randrange(int(hours * HOUR) - 30 * MINUTE)
        event = self._event(f"{visitor.name}-0", visitor, time)._replace(stage=None)
        latest = START + int(hours * HOUR) - time
        delay = random.choice([random.randrange(2 * MINUTE, 14 * MINUTE), random.randrange(14 * MINUTE, latest)])
        self._count(event, delay)

    def _event(self, ident: str, visitor: Visitor, time: int) -> Event:
        random = self._random
        ((topic, name, _),) = random.choices(_WHAT, [weight for *_, weight in _WHAT])
        stage = random.choice(STAGES) if topic == "form_fills" and random.random() < 0.5 else None
        return Event(ident, visitor, time, topic, name, random.choice(_CAMPAIGNS), stage)

    def _count(self, event: Event, delay: int) -> None:
        random = self._random
        self.story.events.append(event)
        self._send(event, event.time + delay)
        if random.random() < self._shape.twice and delay < 14 * MINUTE:
            self.story.twice += 1
            self._send(event, event.time + delay + (0 if random.random() < 0.3 else random.randrange(10 * MINUTE)))

    def _refuse(self, event: Event, at: int) -> None:
        self.story.refused.add(event.ident)
        self._send(event, at)

    def _send(self, event: Event, at: int) -> None:
        said: dict[str, object] = {
            "event_id": event.ident,
            "visitor_id": event.visitor.name,
            "timestamp": event.time,
            **({"event": event.name} if event.name else {}),
            **({"campaign": event.campaign} if event.campaign else {}),
            **({"traits": {"buying_stage": event.stage}} if event.stage else {}),
        }
        record = SourceRecord(event.topic, event.visitor.name, json.dumps(said).encode(), event.time)
        self.story.arrivals.append((at, len(self.story.arrivals), record))


def in_order(shape: Shape) -> Shape:
    """The same with nothing late or refused: what a backtest of the file must find, number for number."""
    return replace(shape, late=0.0, future=0.0)
