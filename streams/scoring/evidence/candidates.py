"""Which series are worth watching, or calling: so few of all that are named in vain as is agreed, of both together.

e-BH: the Benjamini-Hochberg procedure for e-values. It needs no independence, so KPIs that go together and looks every
few seconds cost nothing. Wang & Ramdas, "False discovery rate control with e-values", JRSS B 84 (2022) 822-852.
"""

from __future__ import annotations

import numpy as np

from streams.events.columns import Bools, Floats

FALSE_DISCOVERIES = 0.10  # at most, of those that are named


def candidates(log_e: Floats, live: Bools) -> Bools:
    """Which of the `live` series are named, by their e-values' natural logarithms; all of one shape.

    >>> log_e = np.log(np.array([45.0, 21.0, 8.0, 1.0]))
    >>> candidates(log_e, np.ones(4, dtype=bool)).tolist()  # 40 is enough for one, 20 for two, 13.3 for three of four
    [True, True, False, False]
    """
    found = np.sort(log_e[live])[::-1]
    number = np.arange(1, len(found) + 1)
    enough = np.flatnonzero(found >= np.log(len(found) / (FALSE_DISCOVERIES * number)))
    if not len(enough):
        return np.zeros_like(live)
    return np.asarray(live & (log_e >= found[enough[-1]]))
