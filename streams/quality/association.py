"""How far does what people do go with who they say they are? Agreement of a trait with an outcome, 0 none to 1 full.

Both figures are corrected for chance: without that a dimension of many values seems to agree with anything.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from streams.events.columns import Floats, Ints

_ROUNDING = 1e-9  # nats
_REACH = 6.5  # half the width of the sum over a cell, in square roots of its margin: 1e-36 is left out


def cramers_v(table: Ints) -> float:
    """Cramér's V of a contingency table [segments × outcomes], bias-corrected; NaN with less than two rows or columns.

    Bergsma, "A bias-correction for Cramér's V and Tschuprow's T", J. Korean Stat. Soc. 42 (2013) 323-328:
    φ² - (r-1)(c-1)/(n-1), at least 0, over the correspondingly smaller min(r, c) - 1.
    """
    table = _used(table)
    rows, columns = table.shape
    total = float(table.sum())
    if min(rows, columns) < 2 or total < 2:
        return float("nan")
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / total
    phi2 = float(((table - expected) ** 2 / expected).sum()) / total  # Pearson's statistic over n; scipy.stats is 46 MB
    unbiased = max(0.0, phi2 - (rows - 1) * (columns - 1) / (total - 1))
    least = min(rows - (rows - 1) ** 2 / (total - 1), columns - (columns - 1) ** 2 / (total - 1)) - 1
    return float(np.sqrt(unbiased / least)) if least > 0 else float("nan")


def adjusted_mutual_information(table: Ints) -> float:
    """Mutual information of a contingency table, over what chance makes of it: (I - E I) / (mean entropy - E I).

    Vinh, Epps & Bailey, J. Mach. Learn. Res. 11 (2010) 2837-2854, with the arithmetic mean of both entropies. NaN with
    less than two rows or columns, or where every table agrees alike; below 0 where they agree less than by chance.
    """
    table = _used(table)
    if min(table.shape) < 2:
        return float("nan")
    rows, columns, total = table.sum(axis=1), table.sum(axis=0), float(table.sum())
    expected = expected_mutual_information(rows, columns)
    information = float(special.xlogy(table, table * total / np.outer(rows, columns)).sum()) / total
    entropy = (_entropy(rows) + _entropy(columns)) / 2
    room = entropy - expected
    return (information - expected) / room if room > _ROUNDING else float("nan")


def expected_mutual_information(rows: Ints, columns: Ints) -> float:
    """Mutual information (nats) of a table with these margins, on average over all ways to deal them out.

    Each cell is hypergeometric (Vinh et al., theorem 4.1). Cells whose probability cannot be told from 0 are left out,
    so a cell takes as many steps as the square root of its margins.
    """
    total = int(rows.sum())
    return sum(_expected(int(a), int(b), total) for a in rows for b in columns)


def _expected(a: int, b: int, total: int) -> float:
    middle, reach = a * b / total, _REACH * np.sqrt(min(a, b)) + 1
    least, most = max(1, a + b - total, int(middle - reach)), min(a, b, int(middle + reach) + 1)
    cell = np.arange(least, most + 1)
    log_chance = _log_choose(a, cell) + _log_choose(total - a, b - cell) - _log_choose(total, b)
    return float((cell / total * np.log(cell / a * (total / b)) * np.exp(log_chance)).sum())


def _log_choose(n: int, k: Ints | int) -> Floats:
    """ln of the binomial coefficient."""
    return np.asarray(special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1))


def _entropy(margin: Ints) -> float:
    share = margin / margin.sum()
    return float(special.entr(share).sum())


def _used(table: Ints) -> Ints:
    """Without empty rows and columns."""
    return np.asarray(table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0])


def outcomes(hits: Ints, trials: Ints) -> Ints:
    """The table [segments × 2] of yes-or-no trials, both [segments]: hit or not."""
    did = np.minimum(hits, trials)
    return np.stack([did, trials - did], axis=-1)
