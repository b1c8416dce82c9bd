"""A stream: what a board counts, look after look, in many runs at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from streams.tools.evaluate.effects import Injected
from streams.tools.evaluate.look import DAY, START, Look
from streams.tools.evaluate.streams.board import Board
from streams.tools.evaluate.streams.conversions import Bernoulli, Conversions
from streams.tools.evaluate.streams.shapes import Shaping, flat


class Stream(Protocol):
    """Where looks come from."""

    @property
    def board(self) -> Board | None:
        """What it is made of; None where that is not known."""

    @property
    def segments(self) -> int:
        """How many the board has."""

    @property
    def binomial(self) -> bool:
        """Does a trial convert once at most?"""

    def looks(
        self, rng: np.random.Generator, runs: int, looks: int, per_day: int, injected: Injected | None
    ) -> Iterator[Look]:
        """So many looks of so many runs, with an effect in them."""


@dataclass(frozen=True)
class Simulated:
    """Poisson trials and whatever conversions they bring, of a board whose traffic and rates move together."""

    board: Board
    shape: Shaping = flat
    conversions: Callable[[], Conversions] = Bernoulli

    @property
    def segments(self) -> int:
        return len(self.board.trials)

    @property
    def binomial(self) -> bool:
        return self.conversions().binomial

    def looks(
        self, rng: np.random.Generator, runs: int, looks: int, per_day: int, injected: Injected | None
    ) -> Iterator[Look]:
        shape, draw = self.shape(rng, looks, per_day, runs), self.conversions()
        expected, base = np.array(self.board.trials) / per_day, np.array(self.board.rates)
        everywhere, span = (runs, self.segments), DAY // per_day
        for number in range(looks):
            volume = np.broadcast_to(expected * shape.trials[number], everywhere)
            usual = np.broadcast_to(np.minimum(base * shape.rate[number], 1.0), everywhere)
            rate = usual
            if injected is not None:
                volume, rate = volume * injected.traffic(number), np.minimum(usual * injected.rate(number), 1.0)
            trials = rng.poisson(volume)
            yield Look(START + (number + 1) * span, span, draw(rng, trials, rate), trials, usual)
