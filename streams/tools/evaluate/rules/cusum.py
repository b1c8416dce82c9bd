"""Page's CUSUM tuned at a 25 % change of a segment's own rate, which is learned once."""

from __future__ import annotations

import numpy as np

from streams.events.columns import Floats
from streams.tools.evaluate.look import Look
from streams.tools.evaluate.rules.rule import Calls

CHANGE = 0.25

#: Keeps the whole board at 0.02 false alarms a day, both sides together, on the null stream of equal base rates with
#: the development seeds (28 days learned, hourly looks).
THRESHOLD = 8.6


def log_ratio(hits: Floats, trials: Floats, base: Floats, change: float, binomial: bool) -> Floats:
    """Log likelihood ratio of a rate `change` off `base` against `base`."""
    other = base * (1 + change)
    if binomial:
        other = np.minimum(other, 1 - 1e-9)
        misses = (trials - hits) * np.log((1 - other) / (1 - base))
        return np.asarray(hits * np.log(other / base) + misses)
    return np.asarray(hits * np.log1p(change) - trials * base * change)


class Cusum:
    """Two of them a segment, upward and downward; each starts anew after it has fired.

    The rate is that of the first `learning` looks (with half a conversion more, so that it is never none).
    """

    def __init__(self, learning: int, binomial: bool, threshold: float = THRESHOLD) -> None:
        self._learning, self._binomial, self._threshold = learning, binomial, threshold
        self._seen = 0
        self._hits = self._trials = self._base = np.zeros(())
        self._up = self._down = np.zeros(())

    def look(self, look: Look) -> Calls:
        if self._seen < self._learning:
            self._seen += 1
            self._hits, self._trials = self._hits + look.hits, self._trials + look.trials
            self._base = (self._hits + 0.5) / (self._trials + 1.0)
            return Calls(np.zeros(look.hits.shape, dtype=np.int8))
        hits, trials = look.hits.astype(np.float64), look.trials.astype(np.float64)
        self._up = np.maximum(self._up + log_ratio(hits, trials, self._base, CHANGE, self._binomial), 0)
        self._down = np.maximum(self._down + log_ratio(hits, trials, self._base, -CHANGE, self._binomial), 0)
        up, down = self._up >= self._threshold, self._down >= self._threshold
        self._up, self._down = np.where(up, 0.0, self._up), np.where(down, 0.0, self._down)
        return Calls((up.astype(np.int8) - down).astype(np.int8))
