"""Keeping child processes alive: a death is told with the end of its log, and made good after a pause."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from streams.tools.local.processes import Child

PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)  # seconds before the first, second, … restart
SETTLED = 60.0  # seconds of life after which the next death counts as the first again


class Kept:
    """A child that is started again when it ends; `successor` is started in its place where it was given."""

    def __init__(
        self, child: Child, successor: Child | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.child = child
        self._successor = successor or child
        self._clock = clock
        self._deaths = 0
        self._born = clock()
        self._due: float | None = None  # when to start again; None: it runs

    def start(self) -> None:
        """Start it for the first time."""
        self._born = self._clock()
        self.child.start()

    def look(self) -> str | None:
        """Start it again where that is due; the text is what to tell of a death just found."""
        if self._due is not None:
            self._restart_when_due(self._due)
            return None
        if self.child.running:
            return None
        if self._clock() - self._born >= SETTLED:
            self._deaths = 0
        pause = PAUSES[min(self._deaths, len(PAUSES) - 1)]
        self._deaths += 1
        self._due = self._clock() + pause
        end = f"{self.child.name} ended ({_how(self.child.exit_code)}), starts again in {pause:.0f} s; its log "
        return "\n    ".join([f"{end}({self.child.log}) ends:", *self.child.last_lines()])

    def _restart_when_due(self, due: float) -> None:
        if self._clock() >= due:
            self._due = None
            self.child = self._successor
            self.start()


def _how(exit_code: int | None) -> str:
    if exit_code is not None and exit_code < 0:
        return f"signal {-exit_code}"
    return f"exit code {exit_code}"


def stop_all(children: Sequence[Child], patience: float) -> None:
    """Ask all to stop at once, and kill what is still there after `patience` seconds."""
    deadline = time.monotonic() + patience
    for child in children:
        child.ask_to_stop()
    for child in children:
        child.stop(max(0.0, deadline - time.monotonic()))
