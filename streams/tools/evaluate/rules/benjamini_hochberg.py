"""Benjamini and Hochberg's procedure over the board, repeated at every look."""

from __future__ import annotations

import numpy as np

from streams.tools.evaluate.look import Bools, Floats, Look
from streams.tools.evaluate.rules.rule import Calls
from streams.tools.evaluate.rules.ztest import ZTest, p_values

Q = 0.05


def rejected(p: Floats, q: float = Q) -> Bools:
    """Which hypotheses of each row of `p` are rejected at a false discovery rate of `q`."""
    ranked = np.sort(p, axis=1)
    passes = ranked <= q * np.arange(1, p.shape[1] + 1) / p.shape[1]
    largest = np.where(passes, ranked, -1.0).max(axis=1, keepdims=True)
    return np.asarray(p <= largest)


class BenjaminiHochberg:
    """The z-test over the last 24 h, false discovery rate 5 % over the segments of a look."""

    def __init__(self, per_day: int) -> None:
        self._test = ZTest(per_day)

    def look(self, look: Look) -> Calls:
        z = self._test.z(look)
        return Calls(np.where(rejected(p_values(z)), np.sign(z), 0).astype(np.int8))
