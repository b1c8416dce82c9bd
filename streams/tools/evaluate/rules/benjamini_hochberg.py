"""Benjamini and Hochberg's procedure over the board, repeated at every look."""

from __future__ import annotations

import numpy as np
from scipy.stats import false_discovery_control

from streams.tools.evaluate.look import Look
from streams.tools.evaluate.rules.rule import Calls
from streams.tools.evaluate.rules.ztest import ZTest, p_values

Q = 0.05


class BenjaminiHochberg:
    """The z-test over the last 24 h, false discovery rate 5 % over the segments of a look."""

    def __init__(self, per_day: int) -> None:
        self._test = ZTest(per_day)

    def look(self, look: Look) -> Calls:
        z = self._test.z(look)
        rejected = false_discovery_control(p_values(z), axis=1) <= Q
        return Calls(np.where(rejected, np.sign(z), 0).astype(np.int8))
