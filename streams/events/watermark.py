"""How far a source partition's time has come: the smallest of its topics' newest times, less the lateness."""

from __future__ import annotations

from collections.abc import Iterable


class Clock:
    """The watermark of one source partition (the same partition number of every source topic).

    A topic with nothing new, read to its end, may be `passed` on to the wall clock; without that (replays) only events
    and heartbeats move it. The watermark is None until every topic has said something, and never falls.
    """

    def __init__(self, topics: Iterable[str], lateness: int, step: int) -> None:
        """`lateness` and `step` in ms: it moves by whole steps, so that what it has passed is whole panes."""
        self.newest: dict[str, int | None] = dict.fromkeys(topics)
        self._reached = dict(self.newest)
        self._lateness = lateness
        self._step = step
        self.watermark: int | None = None

    def saw(self, topic: str, time: int) -> None:
        """An event or heartbeat of `time` (ms) was read from `topic`."""
        known = self.newest[topic]
        if known is None or time > known:
            self.newest[topic] = time
        self.passed(topic, time)

    def passed(self, topic: str, time: int) -> None:
        """Nothing older than `time` less the lateness is still expected of `topic`."""
        reached = self._reached[topic]
        if reached is None or time > reached:
            self._reached[topic] = time

    def rise(self, watermark: int) -> int:
        """Bring it to `watermark` (ms) if it is not further; where it is."""
        self.watermark = watermark if self.watermark is None else max(watermark, self.watermark)
        return self.watermark

    def ahead(self, lead: int) -> set[str]:
        """The topics more than `lead` ms ahead of the slowest; all others while one has not been heard of."""
        reached = {topic: time for topic, time in self._reached.items() if time is not None}
        if len(reached) < len(self._reached):
            return set(reached)
        slowest = min(reached.values())
        return {topic for topic, time in reached.items() if time > slowest + lead}

    def due(self) -> int | None:
        """Where the watermark may be by now (ms); None while some topic has not been heard of."""
        slowest = None
        for reached in self._reached.values():
            if reached is None:
                return self.watermark
            slowest = reached if slowest is None else min(slowest, reached)
        if slowest is None:
            return self.watermark
        passed = (slowest - self._lateness) // self._step * self._step
        return passed if self.watermark is None else max(passed, self.watermark)
