"""What happens to a segment: its rate steps or ramps, its conversions or its traffic stop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from streams.events.columns import Bools, Floats, Ints


@dataclass(frozen=True)
class Effect:
    """A relative `change` of the conversion rate (-1: no more conversions), at once or over `ramp` days.

    `traffic`: the trials change with it, as when a whole segment goes away.
    """

    change: float
    segments: int = 1  # how many of a board it happens to
    ramp: float = 0.0
    traffic: bool = False


class Injected(NamedTuple):
    """An effect that happens in every run, to segments and from a look on drawn by chance."""

    effect: Effect
    where: Bools  # [runs × segments]
    since: Ints  # [runs]: number of the first look that it is in
    ramp: float  # looks

    def rate(self, look: int) -> Floats:
        """What the rates [runs × segments] are multiplied by at look number `look`."""
        passed = (look - self.since + 1) / max(self.ramp, 1.0)
        return np.where(self.where, 1 + self.effect.change * np.clip(passed, 0, 1)[:, None], 1.0)

    def traffic(self, look: int) -> Floats:
        """The same for the trials."""
        return self.rate(look) if self.effect.traffic else np.ones(self.where.shape)


def inject(
    effect: Effect, rng: np.random.Generator, runs: int, segments: int, after: tuple[int, int], per_day: int
) -> Injected:
    """`after`: the change comes at a look from the first of these numbers, before the second."""
    where = np.zeros((runs, segments), dtype=np.bool_)
    drawn = rng.permuted(np.tile(np.arange(segments), (runs, 1)), axis=1)[:, : effect.segments]
    np.put_along_axis(where, drawn, True, axis=1)
    return Injected(effect, where, rng.integers(*after, size=runs), effect.ramp * per_day)
