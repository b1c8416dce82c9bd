"""Which segments are one."""

from __future__ import annotations

import numpy as np

from streams.events.columns import Bools, Ints
from streams.quality.heterogeneity import Floats
from streams.quality.merging import merged
from streams.tools.review.counted import Counted


def together(counted: Counted, enough: Bools, dispersion: Floats) -> list[list[str]]:
    """The groups of the segments with `enough` trials, by all KPIs together; `dispersion` [KPIs]."""
    rows = np.flatnonzero(enough)
    found = merged(counted.hits[rows], counted.trials[rows], counted.days.binomial, dispersion)
    return by_group(found, [counted.names[row] for row in rows.tolist()])


def mergers(groups: list[list[str]], different: set[str]) -> list[list[str]]:
    """Of each group those to be merged: that differ from the rest, or that do not; the two are not one."""
    split = ([name for name in group if (name in different) == is_so] for group in groups for is_so in (False, True))
    return [names for names in split if len(names) > 1]


def by_group(group: Ints, names: list[str]) -> list[list[str]]:
    """The names in each group, in the order of the groups; -1 is none."""
    return [
        [name for name, of in zip(names, group.tolist(), strict=True) if of == number]
        for number in range(int(group.max(initial=-1)) + 1)
    ]
