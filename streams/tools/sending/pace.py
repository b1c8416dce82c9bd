"""How fast event time passes while a file is replayed, and when heartbeats say so."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

_HEARTBEAT = 60_000  # ms of event time between heartbeats at least
_QUIET = 86_400_000  # ms of event time between heartbeats at most, so that no topic's time falls far behind the others'
_STEP = 1.0  # seconds slept at most, and between heartbeats at least, when the speed is limited
_RECORDS = 2_000  # between heartbeats at full speed: enough that they cost little, few enough to keep panes closing


class Pace(Protocol):
    """Called before each record is sent; calls `heartbeat(ms)` when one is due."""

    def before(self, timestamp: int) -> None:
        """Return when a record of `timestamp` (ms) is to be sent."""


class FullSpeed:
    """As fast as the broker takes them."""

    def __init__(self, heartbeat: Callable[[int], None]) -> None:
        self._heartbeat = heartbeat
        self._said: int | None = None
        self._records = 0

    def before(self, timestamp: int) -> None:
        """See `Pace`."""
        self._records += 1
        if self._said is None:
            self._said = timestamp
        elif timestamp >= self._said + (_HEARTBEAT if self._records >= _RECORDS else _QUIET):
            self._heartbeat(timestamp)
            self._said, self._records = timestamp, 0


class Paced:
    """`speed` seconds of event time a second."""

    def __init__(
        self,
        heartbeat: Callable[[int], None],
        speed: float,
        first: int | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._heartbeat = heartbeat
        self._speed = speed * 1000  # ms of event time a second
        self._clock, self._sleep = clock, sleep
        self._first = first  # ms: what the time is now; else that of the first record
        self._began = self._beat_at = clock()
        self._said = first or 0

    def before(self, timestamp: int) -> None:
        """See `Pace`."""
        if self._first is None:
            self._first = self._said = timestamp
        while (ahead := (timestamp - self._now(self._first)) / self._speed) > 0:
            self._beat(self._now(self._first))
            self._sleep(min(ahead, _STEP))
        self._beat(min(timestamp, self._now(self._first)))

    def _now(self, first: int) -> int:
        return first + int((self._clock() - self._began) * self._speed)

    def _beat(self, now: int) -> None:
        if now >= self._said + _HEARTBEAT and self._clock() >= self._beat_at + _STEP:
            self._heartbeat(now)
            self._said, self._beat_at = now, self._clock()


class Live:
    """All up to `now` (ms) at full speed, then each at its own time."""

    def __init__(self, heartbeat: Callable[[int], None], now: int) -> None:
        self._now = now
        self._past, self._future = FullSpeed(heartbeat), Paced(heartbeat, 1.0, first=now)

    def before(self, timestamp: int) -> None:
        """See `Pace`."""
        (self._past if timestamp <= self._now else self._future).before(timestamp)
