"""Mean ± 2 σ over 24 h of a segment's own rate, as in Grafana's rules for anomaly detection in Prometheus."""

from __future__ import annotations

from collections import deque

import numpy as np

from streams.events.columns import Floats
from streams.tools.evaluate.look import Look
from streams.tools.evaluate.rules.rule import Calls
from streams.tools.evaluate.rules.trailing import Trailing

SIGMAS = 2.0


class Band:
    """The rate of the last hour, beside its mean and standard deviation (itself among them) over the last 24 h."""

    def __init__(self, per_day: int) -> None:
        hour = max(1, per_day // 24)
        self._hits, self._trials = Trailing(hour), Trailing(hour)
        self._rates: deque[Floats] = deque(maxlen=per_day)

    def look(self, look: Look) -> Calls:
        hits, trials = self._hits.add(look.hits), self._trials.add(look.trials)
        rate = np.where(trials > 0, hits / np.maximum(trials, 1), np.nan)
        self._rates.append(rate)
        return Calls(_outside(rate, np.stack(self._rates)))


def _outside(rate: Floats, rates: Floats) -> np.ndarray[tuple[int, ...], np.dtype[np.int8]]:
    known = np.isfinite(rates)
    number = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, rates, 0.0).sum(axis=0) / number
    variance = np.where(known, (rates - mean) ** 2, 0.0).sum(axis=0) / number
    off = np.nan_to_num(rate - mean)
    return np.where(np.abs(off) > SIGMAS * np.sqrt(variance), np.sign(off), 0).astype(np.int8)
