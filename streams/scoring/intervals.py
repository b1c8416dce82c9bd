"""Where the ratio of two counts lies when there is chance in both, as in figures that stand on few results."""

from __future__ import annotations

import numpy as np
from scipy import special

from streams.events.columns import Floats

_TAIL = 0.025  # of the interval, each side


def ratio(hits: Floats, trials: Floats) -> tuple[Floats, Floats]:
    """95 % credible interval of the mean of `hits` over that of `trials`, both Poisson; NaN where there are no trials.

    With Jeffreys' prior each mean is gamma distributed, with its count and a half as shape, and the ratio of two such
    is F distributed but for a factor (Price & Bonett, Comput. Stat. Data Anal. 34 (2000) 345-356).
    """
    a, b = hits + 0.5, trials + 0.5
    centre = np.where(trials > 0, a / b, np.nan)
    return centre * special.fdtri(2 * a, 2 * b, _TAIL), centre * special.fdtri(2 * a, 2 * b, 1 - _TAIL)
