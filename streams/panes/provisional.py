"""Whether there are early counts: only where the watermark is near the clock. Who catches up has better to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from streams.events.columns import Columns, Ints
from streams.panes.counting import Counting
from streams.panes.early import NOTHING, Early, Told
from streams.settings import Time

_NEAR = 60_000  # ms that the watermark may be further behind than it must


class Provisional:
    """The early counts of a source partition, if any; `exact` is what its events are counted by in order."""

    def __init__(self, exact: Counting, times: Time, measures: Sequence[str]) -> None:
        self._exact = exact
        self._times = times
        self._measures = measures
        self._early: Early | None = None

    def add(self, events: Columns, visitors: int) -> None:
        """These have come and wait for the watermark; visitors have rows up to `visitors`."""
        if self._early is not None:
            self._early.grow(visitors)
            self._early.add(events.by_time())

    def learn(self, profiles: Columns, visitors: int) -> None:
        """These hold from now on, and have always been so."""
        if self._early is not None:
            self._early.grow(visitors)
            self._early.learn(profiles)

    def release(self, visitors: Ints) -> None:
        """These rows are to be other visitors'."""
        if self._early is not None:
            self._early.release(visitors)

    def counts(self, now: int, watermark: int | None, waiting: Callable[[], Iterable[Columns]]) -> Told:
        """Of what is `waiting` for the watermark (ms); `now`: the wall clock (ms)."""
        times = self._times
        if watermark is None or now - watermark > 2 * times.lateness + times.idle_after + _NEAR:
            self._early = None
            return NOTHING
        if self._early is None:
            self._early = Early(self._exact, times.lateness, self._measures, waiting())
        self._early.passed(watermark)
        return self._early.counts(now)
