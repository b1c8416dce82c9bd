"""The latest scores of every segment and what is told of every dimension, in memory, for consumers that serve them."""

from __future__ import annotations

import threading

from consumers.state import Scored, Update
from streams.messages import DimensionOverview


class Latest:
    """`dimension:value` -> its latest scores. Safe to read while another thread applies updates."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._scored: dict[str, Scored] = {}
        self._overviews: dict[str, DimensionOverview] = {}

    def apply(self, update: Update) -> None:
        """Take in `update`. Older scores never replace newer ones; a whole update replaces everything."""
        with self._lock:
            if update.whole:
                self._scored, self._overviews = {}, {}
            for key, scored in update.scores.items():
                if scored is None:
                    self._scored.pop(key, None)
                elif key not in self._scored or self._scored[key].scores.at <= scored.scores.at:
                    self._scored[key] = scored

            for dimension, overview in update.overviews.items():
                if overview is None:
                    self._overviews.pop(dimension, None)
                else:
                    self._overviews[dimension] = overview

    def overviews(self) -> list[DimensionOverview]:
        """What is told of each dimension as a whole, by its name."""
        with self._lock:
            return [self._overviews[dimension] for dimension in sorted(self._overviews)]

    def __contains__(self, segment: str) -> bool:
        """Whether `dimension:value` has scores."""
        return segment in self._scored

    def all(self) -> list[Scored]:
        """What stands now, by segment."""
        with self._lock:
            return [self._scored[key] for key in sorted(self._scored)]
