"""Waits between tries that grow, and end at once when the process is asked to stop."""

from __future__ import annotations

import threading


class Backoff:
    """Waits of `first` s, twice that, … up to `most` s. `clear` begins again after a success."""

    def __init__(self, stop: threading.Event, first: float = 1.0, most: float = 30.0) -> None:
        self._stop = stop
        self._first = first
        self._most = most
        self.pause = first  # seconds that the next `wait` takes

    def wait(self) -> None:
        """Sleep for `pause`, or until the process is asked to stop; the next pause is twice as long."""
        self._stop.wait(self.pause)
        self.pause = min(self.pause * 2, self._most)

    def at_least(self, seconds: float) -> None:
        """The next pause is no shorter than that, though it be longer than `most`."""
        self.pause = max(self.pause, seconds)

    def clear(self) -> None:
        """The next pause is the first one again."""
        self.pause = self._first
