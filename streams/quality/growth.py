"""How much has a segment grown against an earlier period, and how sure is that?

The ratio of two rates with a 95 % interval on the logarithm, half a hit added to each, and of proportions half a miss
(Walter, Biometrika 62 (1975) 371-374; of proportions: Katz et al., Biometrics 34 (1978) 469-474). The variance is
widened by the over-dispersion of the segment's days.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import special

from streams.events.columns import Bools, Floats, Ints

_WIDE = float(special.ndtri(0.975))


class Growth(NamedTuple):
    """Ratio to the earlier period, 1.1 = a tenth more, with its 95 % interval; NaN where it cannot be told."""

    ratio: Floats
    low: Floats
    high: Floats


def growth(
    before: tuple[Ints | Floats, Ints | Floats],
    now: tuple[Ints | Floats, Ints | Floats],
    binomial: Bools,
    dispersion: Floats,
) -> Growth:
    """`before`, `now`: hits and trials, [segments × KPIs]; `binomial` [KPIs], `dispersion` [segments × KPIs].

    Of volumes the trials are days and no KPI is binomial. NaN where a period has no trials, or neither has hits.
    """
    logs, variances = zip(*(_log_rate(*each, binomial) for each in (before, now)), strict=True)
    wide = np.maximum(np.nan_to_num(dispersion, nan=1.0), 1.0)
    half = _WIDE * np.sqrt((variances[0] + variances[1]) * wide)
    change = np.where(before[0] + now[0] > 0, logs[1] - logs[0], np.nan)
    return Growth(np.exp(change), np.exp(change - half), np.exp(change + half))


def _log_rate(hits: Ints | Floats, trials: Ints | Floats, binomial: Bools) -> tuple[Floats, Floats]:
    """ln of the rate, and its variance."""
    x, n = hits.astype(np.float64), np.asarray(trials, dtype=np.float64)
    x = np.where(binomial, np.minimum(x, n), x) + 0.5
    size = np.where(binomial, n + 1.0, n)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(n > 0, x / size, np.nan)
        return np.log(rate), np.where(binomial, 1 / x - 1 / size, 1 / x)
