"""Which segments are one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from streams.events.columns import Bools, Floats, Ints
from streams.quality.homogeneity import Days
from streams.quality.merging import merged


def together(names: Sequence[str], days: Days, enough: Bools, dispersion: Floats) -> list[list[str]]:
    """The groups of the segments with `enough` trials, by all KPIs together; `dispersion` [KPIs]."""
    rows = np.flatnonzero(enough)
    hits, trials = days.hits.sum(axis=0)[rows], days.trials.sum(axis=0)[rows]
    return by_group(merged(hits, trials, days.binomial, dispersion), [names[row] for row in rows.tolist()])


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
