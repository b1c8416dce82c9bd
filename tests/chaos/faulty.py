"""A worker that dies, or stops, just before the n-th thing that it tells Kafka: run in the place of `segpulse worker`.

    CHAOS_FAULT=KILL:17:panes python -m tests.chaos.faulty worker

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


if __name__ == "__main__":
    arm(Fault(os.environ["CHAOS_FAULT"]))
    main()
