"""Recorded counts with the conversions dealt anew: somebody's own board, with nothing to find in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from streams.events.columns import Floats, Ints
from streams.tools.evaluate.effects import Injected
from streams.tools.evaluate.look import DAY, START, Look


@dataclass(frozen=True)
class Dealt:
    """`trials` and `hits` [looks × segments] as they were, look by look; after the end they begin anew.

    What converted in a look in all segments together is dealt to the segments by chance, in proportion to their trials
    of that look and their own overall rate. So volumes, season and shocks are the real ones, and no segment ever moves
    against the rest.
    """

    trials: Ints
    hits: Ints
    binomial: bool
    board: None = None

    @property
    def segments(self) -> int:
        return int(self.trials.shape[1])

    def looks(
        self, rng: np.random.Generator, runs: int, looks: int, per_day: int, injected: Injected | None
    ) -> Iterator[Look]:
        """Each run begins on a day of its own."""
        span, length = DAY // per_day, len(self.trials)
        own = self.hits.sum(axis=0) / np.maximum(self.trials.sum(axis=0), 1)
        begins = rng.integers(length // per_day, size=runs) * per_day
        for number in range(looks):
            at = (begins + number) % length
            trials, total = self.trials[at], self.hits[at].sum(axis=1)
            weights = trials * own
            shares = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-300)
            hits = rng.multinomial(total, _complete(shares))[:, :-1]
            if self.binomial:
                hits = np.minimum(hits, trials)
            usual = shares * total[:, None] / np.maximum(trials, 1)
            if injected is not None:
                hits, trials = self._changed(rng, injected, number, hits, trials, usual)
            yield Look(START + (number + 1) * span, span, hits, trials, usual)

    def _changed(
        self, rng: np.random.Generator, injected: Injected, number: int, hits: Ints, trials: Ints, usual: Floats
    ) -> tuple[Ints, Ints]:
        """Takes conversions away, or makes more of the trials that had none."""
        factor = injected.rate(number)
        kept = rng.binomial(hits, np.minimum(factor, 1.0))
        more = usual * np.maximum(factor - 1.0, 0.0)
        free = trials - hits
        added = (
            rng.binomial(free, np.minimum(more * trials / np.maximum(free, 1), 1.0))
            if self.binomial
            else (rng.poisson(more * trials))
        )
        return kept + added, rng.binomial(trials, injected.traffic(number))


def _complete(shares: Floats) -> Floats:
    """With a last share of what is missing to 1: all of it where no segment can have a conversion."""
    missing = np.maximum(1.0 - shares.sum(axis=1, keepdims=True), 0.0)
    return np.concatenate([shares, missing], axis=1)
