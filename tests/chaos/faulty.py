"""A worker that dies, or stops, just before the n-th thing that it tells Kafka: run in the place of `segpulse worker`.

    CHAOS_FAULT=KILL:17:panes python -m tests.chaos.faulty worker

SHORT and TWICE are faults of what it is told: see `shorten` and `repeat`.

Told are records and commits (and transactions, where there are any). Each is acknowledged before the next is begun, so
that exactly the first n-1 are there. `panes` counts what the checkpoint of panes tells, `scores` what that of scores
tells, `all` both. It looks no deeper than aiokafka, so it is the same whatever the engine is like inside.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import aiokafka

from segpulse.cli import main
from streams.engine.fetching import Fetched, FetchedRecord, FetchingThread
from streams.events.topics import SOURCE_TOPICS

_SCORES = ("segment_scores", "segment_alerts", "states-changelog")


class Fault:
    """Counts, and strikes once."""

    def __init__(self, text: str) -> None:
        name, number, self._scope = text.split(":")
        self._signal = signal.Signals[f"SIG{name}"]
        self._left = int(number)

    def step(self, what: str) -> None:
        """Something is about to be told."""
        scope = "scores" if what.endswith(_SCORES) else "panes"
        if self._scope not in ("all", scope):
            return
        self._left -= 1
        if self._left == 0:
            sys.stderr.write(f"fault: {self._signal.name} before {what}\n")
            sys.stderr.flush()
            os.kill(os.getpid(), self._signal)

    @property
    def waiting(self) -> bool:
        """Is it still to strike?"""
        return self._left > 0


def arm(fault: Fault) -> None:
    """Have `fault` count all that aiokafka's producers and consumers tell."""
    send = aiokafka.AIOKafkaProducer.send

    async def send_alone(self: Any, topic: str, *arguments: Any, **options: Any) -> Any:
        fault.step(topic)
        future = await send(self, topic, *arguments, **options)
        if fault.waiting:
            await future
        return future

    aiokafka.AIOKafkaProducer.send = send_alone
    for owner, names in (
        (aiokafka.AIOKafkaProducer, ("begin_transaction", "send_offsets_to_transaction", "commit_transaction")),
        (aiokafka.AIOKafkaConsumer, ("commit",)),
    ):
        for name in names:
            setattr(owner, name, _counted(fault, name, getattr(owner, name)))


def _counted(fault: Fault, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    async def counted(*arguments: Any, **options: Any) -> Any:
        fault.step(name)
        return await call(*arguments, **options)

    return counted


def shorten() -> None:
    """Have a changelog's end told three records too early, as a broker may: recovery stops short of it."""
    end_offsets = aiokafka.AIOKafkaConsumer.end_offsets

    async def too_early(self: Any, partitions: Any) -> Any:
        ends = await end_offsets(self, partitions)
        for tp in ends:
            if tp.topic.endswith("changelog"):
                _say_once("fault: left out the last of the changelogs")
                ends[tp] = max(0, ends[tp] - 3)
        return ends

    aiokafka.AIOKafkaConsumer.end_offsets = too_early


def repeat() -> None:
    """Have every fetched batch of events handed over twice."""
    fetch = FetchingThread._fetch_records
    again: dict[Any, Any] = {}

    async def twice(self: Any, consumer: Any, active: Any, **options: Any) -> Any:
        due = {tp: again.pop(tp) for tp in list(again) if tp in active}
        if due:
            _say_once("fault: twice")
            return due
        found = await fetch(self, consumer, active, **options)
        return {tp: _doubled(tp, records, again) for tp, records in found.items()}

    setattr(FetchingThread, "_fetch_records", twice)  # noqa: B010 (mypy knows the signature)


def _doubled(tp: Any, records: Any, again: dict[Any, Any]) -> Any:
    if tp.topic not in SOURCE_TOPICS:
        return records
    (fetched,) = [record.value for record in records]
    unpacked = list(fetched.since(fetched.begin))
    first, second = (Fetched(fetched.begin, fetched.end, [unpacked], fetched.written) for _ in range(2))
    again[tp] = [FetchedRecord(tp, second)]
    return [FetchedRecord(tp, first)]


_said: set[str] = set()


def _say_once(text: str) -> None:
    if text not in _said:
        _said.add(text)
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


if __name__ == "__main__":
    wanted = os.environ["CHAOS_FAULT"]
    if wanted == "SHORT":
        shorten()
    elif wanted == "TWICE":
        repeat()
    else:
        arm(Fault(wanted))
    main()
