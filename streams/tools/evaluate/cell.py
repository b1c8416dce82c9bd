"""A cell of the evaluation: a stream, what happens in it, and for how long it is watched."""

from __future__ import annotations

from dataclasses import dataclass

from streams.tools.evaluate.effects import Effect
from streams.tools.evaluate.streams.stream import Stream

LEARNING = 28  # days

#: Rules are tuned on the development seeds; the reporting ones are for what is published alone.
SEEDS = {"development": 1, "reporting": 3}


@dataclass(frozen=True)
class Cell:
    """`name` is its kind, a slash, and which of that kind."""

    name: str
    what: str  # for the table
    stream: Stream
    effect: Effect | None = None
    learning: int = LEARNING  # days before anything counts
    spread: int = 7  # days after these in which the change comes, by chance; no effect: 0
    watched: int = 30  # days after the change in which it can be found; no effect: in which alarms count
    per_day: int = 24  # looks

    @property
    def looks(self) -> int:
        """How many there are in a run."""
        return (self.learning + self.spread + self.watched) * self.per_day
