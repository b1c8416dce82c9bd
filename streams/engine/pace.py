"""When a dimension's scores go out: soon after something has come of it, and never so often that it costs much."""

from __future__ import annotations

_IDLE = 9  # seconds without early scores for each that publishing took: they cost a tenth of a core at most
_HALF = 0.5  # of an interval


class Pace:
    """Of one dimension. All times are seconds of any steady clock.

    The source partitions speak once a checkpoint interval each, one after the other. Scores go out when all of them
    have, so that nobody's counts wait for the next turn. That keeps step with them: on the average scores go out once
    an interval too. A partition that keeps silent is not waited for.
    """

    def __init__(self, interval: float, partitions: int) -> None:
        self._interval, self._partitions = interval, partitions
        self._published = self._early_from = float("-inf")
        self.done()

    def done(self) -> None:
        """Begin to wait for something new."""
        self.changed = False  # is there something to show that has not been?
        self._since: float | None = None
        self._spoken: set[int] = set()

    def counted(self, now: float) -> None:
        """A pane has come."""
        self._heard(now)
        self.changed = True

    def spoken(self, now: float, partition: int, early: bool) -> None:
        """A source partition has said how far it has come, and whether it has read anything beyond."""
        self._heard(now)
        self._spoken.add(partition)
        self.changed |= early

    @property
    def waits(self) -> bool:
        """Has anything come?"""
        return self._since is not None

    def is_due(self, now: float) -> bool:
        """Is it time to look what has come of it?"""
        if self._since is None:
            return False
        if len(self._spoken) == self._partitions:
            return now >= self._published + _HALF * self._interval
        return now >= max(self._published + self._interval, self._since + _HALF * self._interval)

    def early_is_due(self, now: float) -> bool:
        """May scores go out though no tick has passed?"""
        return self.changed and now >= self._early_from

    def published(self, began: float, ended: float, took: float) -> None:
        """They went out from `began` to `ended`, which took so many seconds of work."""
        self._published, self._early_from = began, ended + _IDLE * took

    def _heard(self, now: float) -> None:
        if self._since is None:
            self._since = now
