"""Alarms: the moments at which a rule begins to fire, or turns round."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from streams.events.columns import Ints
from streams.tools.evaluate.rules.rule import Calls, Directions


class Alarms(NamedTuple):
    """Columns, one entry an alarm, in the order of looks."""

    look: Ints  # number of the look that raised it
    run: Ints
    segment: Ints
    direction: Directions
    since: Ints  # estimated change point (ms); -1 where the rule estimates none


class Recorder:
    """Takes a rule's calls, look after look."""

    def __init__(self) -> None:
        self._before: Directions | None = None
        self._parts: list[Alarms] = []

    def take(self, number: int, calls: Calls) -> None:
        """What look `number` said. An alarm that goes on is still the same one."""
        now = calls.direction
        begins = now != 0 if self._before is None else (now != 0) & (now != self._before)
        self._before = now
        runs, segments = np.nonzero(begins)
        if len(runs):
            at = runs, segments
            since = calls.since[at] if calls.since is not None else np.full(len(runs), -1, dtype=np.int64)
            self._parts.append(Alarms(np.full(len(runs), number), runs, segments, now[at], since))

    def alarms(self) -> Alarms:
        empty = np.zeros(0, dtype=np.int64)
        parts = [Alarms(empty, empty, empty, empty.astype(np.int8), empty), *self._parts]
        return Alarms(*(np.concatenate(column) for column in zip(*parts, strict=True)))
