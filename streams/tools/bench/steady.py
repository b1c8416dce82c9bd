"""Produces at a steady rate, timestamps being now, and notes when Kafka has acknowledged how many of each campaign.

A task (see task.py) for `segpulse bench`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import msgspec
import numpy as np
from confluent_kafka import KafkaError, Message

from streams.tools.bench.errors import BenchError
from streams.tools.bench.events import CAMPAIGNS, Draft, drafts, idents, written
from streams.tools.bench.fill import producer
from streams.tools.bench.task import Told, work

_SLICE = 0.005  # seconds: so often records are handed over and acknowledgements noted, each at most so much too late
_CHUNK = 10_000  # ids made at a time
_PATIENCE = 60.0  # seconds for the last acknowledgements


class Steady(msgspec.Struct, kw_only=True):
    """What to produce."""

    broker: str
    visitors: int
    seed: int
    rate: float  # events a second
    seconds: float


class Produced(msgspec.Struct, kw_only=True):
    """What Kafka has acknowledged; times are seconds since the epoch."""

    events: int
    began: float
    seconds: float  # that it took: more than asked for where the machine cannot keep up
    times: list[float]
    counts: dict[str, list[int]]  # campaign -> its count at each of `times`


def steady(spec: Steady, told: Told) -> Produced:
    """Produce for so long. Raises BenchError where the broker refuses a record."""
    source, acknowledged = _drawn(spec), _Acknowledged()
    out, total = producer(spec.broker), int(spec.rate * spec.seconds)
    began, sent = time.time(), 0
    while sent < total:
        stamp = str(np.datetime64(time.time_ns() // 1_000_000, "ms"))
        due = min(total, 1 + int((time.time() - began) * spec.rate))
        while sent < due:
            draft, ident = next(source)
            value = written(ident, stamp, draft.tail)
            try:
                out.produce(draft.topic, value, draft.key, on_delivery=acknowledged.of[draft.campaign])
            except BufferError:
                break  # the broker is behind: so is the rate, and `seconds` says it
            sent += 1
        out.poll(_SLICE / 5)
        acknowledged.note()
        told.done(sent)
        time.sleep(_SLICE)
    deadline = time.time() + _PATIENCE
    while acknowledged.total < total:
        if time.time() > deadline:
            raise BenchError(f"the broker has acknowledged {acknowledged.total:,} of {total:,} records: see its log")
        out.poll(_SLICE)
        acknowledged.note()
    seconds = round(acknowledged.times[-1] - began, 3)
    return Produced(events=total, began=began, seconds=seconds, times=acknowledged.times, counts=acknowledged.counts)


class _Acknowledged:
    """How many of each campaign, and when."""

    def __init__(self) -> None:
        self._now = dict.fromkeys(CAMPAIGNS, 0)
        self.of = {campaign: self._counter(campaign) for campaign in CAMPAIGNS}  # a callback each
        self.times: list[float] = []
        self.counts: dict[str, list[int]] = {campaign: [] for campaign in CAMPAIGNS}

    @property
    def total(self) -> int:
        return sum(self._now.values())

    def note(self) -> None:
        """Note the counts of this moment."""
        self.times.append(time.time())
        for campaign, counts in self.counts.items():
            counts.append(self._now[campaign])

    def _counter(self, campaign: str) -> Callable[[KafkaError | None, Message], None]:
        def delivered(error: KafkaError | None, message: Message) -> None:  # noqa: ARG001 (its signature)
            if error is not None:
                raise BenchError(f"the broker refuses records: {error}")
            self._now[campaign] += 1

        return delivered


def _drawn(spec: Steady) -> Iterator[tuple[Draft, str]]:
    """Drafts and ids, for ever."""
    rng, pool = np.random.default_rng([spec.seed, 4]), drafts(spec.visitors, spec.seed)
    while True:
        which = rng.integers(0, len(pool), _CHUNK).tolist()
        yield from ((pool[draft], ident) for draft, ident in zip(which, idents(rng, _CHUNK), strict=True))


if __name__ == "__main__":
    work(Steady, steady)
