"""Level: does a series differ from its rest? Looked at as often as one likes.

Robbins' normal mixture (Ann. Math. Statist. 41 (1970) 1397-1409): with S the sum of residuals from par and V that of
their variances, `e = sqrt(ρ / (V + ρ)) exp(S² / (2 (V + ρ)))` is at most 1 on average while there is no difference,
whenever one looks. So the confidence sequence |S| < sqrt((V + ρ) (2 ln(1/α) + ln((V + ρ) / ρ))) holds at all times at
once, with probability 1 - α (Howard et al., Ann. Statist. 49 (2021) 1055-1080).
"""

from __future__ import annotations

import numpy as np

from streams.events.columns import Bools, Floats
from streams.scoring.evidence.comparison import Comparison, log_ratio
from streams.scoring.evidence.memory import Cells

FIELDS = {"level_a": 0.0, "level_b": 0.0, "level_variance": 0.0}

_RHO = 25.0  # where the sequence is tightest, about at 12 times as much variance: a fifth more or less is seen there
_FARTHEST = 5.0  # standard deviations
_MOST = 20_000.0  # variance; what is older fades


def learn(cells: Cells, compared: Comparison, known: Bools) -> None:
    """Take in a stretch, compared with par (ratio 1), of those series of which it is `known` how hits vary."""
    full = np.where(cells["level_variance"] > _MOST, 0.5, 1.0)
    for name, amount in (("a", compared.a), ("b", compared.b), ("variance", compared.variance)):
        cells[f"level_{name}"] = full * cells[f"level_{name}"] + np.where(known, amount, 0.0)


def of_pieces(compared: Comparison, which: Bools) -> Comparison:
    """The same where, in `which`, hits are pieces of uneven size, so that one large one does not decide.

    In clusters, of which as many tell as much as independent hits would, and with no more than five standard deviations
    of residual, as for a shift.
    """
    most = np.where(which, _FARTHEST * np.sqrt(compared.variance), np.inf)
    size = np.where(which, compared.dispersion, 1.0)
    a, b = np.minimum(compared.a, compared.b + most), np.minimum(compared.b, compared.a + most)
    return compared._replace(a=a / size, b=b / size, variance=compared.variance / size**2)


def forget(cells: Cells, which: Bools) -> None:
    """Begin anew: what was before is another time."""
    for name in FIELDS:
        cells[name] = np.where(which, 0.0, cells[name])


def log_e(cells: Cells) -> Floats:
    """ln of the e-value of a difference from the rest, at least -ln sqrt((V + ρ) / ρ)."""
    wide = cells["level_variance"] + _RHO
    return (cells["level_a"] - cells["level_b"]) ** 2 / (2 * wide) - 0.5 * np.log(wide / _RHO)


def estimate(cells: Cells) -> Floats:
    """ln of the ratio to the rest."""
    return log_ratio(cells["level_a"], cells["level_b"], cells["share"])


def radius(cells: Cells, log_alpha: float) -> Floats:
    """Half the width of the confidence sequence of ln of the ratio; infinite where nothing is known."""
    wide = cells["level_variance"] + _RHO
    reach = np.sqrt(wide * (np.log(wide / _RHO) - 2 * log_alpha))
    with np.errstate(divide="ignore"):
        return reach / ((cells["level_a"] + cells["level_b"]) / 2)
