"""What is known of a dimension's segments over one window: all that a diagnosis rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from streams.diagnosis.lift import Hits, Lift, lift, lift_of_money
from streams.diagnosis.parting import Cross
from streams.diagnosis.rules import TRAFFIC, VOLUMES
from streams.events.columns import Bools, Floats, Ints
from streams.events.terms import UNIT, is_sum
from streams.kpis.measures import Measures
from streams.messages import STATES, State
from streams.segments.cross import joined, parts
from streams.segments.registry import OTHER, UNKNOWN
from streams.settings import Dimension, Kpi

States = npt.NDArray[np.int8]

_MONEY = np.array([is_sum(kpi.numerator[0]) for kpi in VOLUMES.values()])  # [VOLUMES]


class Board(NamedTuple):
    """One dimension, one window."""

    window: str  # as declared
    names: Sequence[str]  # [segments]
    kpis: Mapping[str, Kpi]
    hits: Hits  # [segments × KPIs]; of means in pieces
    scale: Floats  # [KPIs]: the value is so many times hits a trial
    dispersion: Floats  # [KPIs], at least 1
    state: States  # [segments × KPIs]
    volumes: Hits  # [segments × VOLUMES and TRAFFIC]
    crosses: Sequence[Cross] = ()

    @property
    def named(self) -> Bools:
        """[segments]: neither unknown nor other."""
        return np.array([name not in (UNKNOWN, OTHER) for name in self.names], dtype=np.bool_)

    def state_is(self, state: State) -> Bools:
        """[segments × KPIs]"""
        return np.asarray(self.state == STATES.index(state))

    @property
    def column(self) -> dict[str, int]:
        """Of each KPI and volume, in `lifts` and in `counted`."""
        return {name: number for number, name in enumerate((*self.kpis, *VOLUMES, TRAFFIC))}

    def counted(self, rows: Ints) -> Hits:
        """KPIs and volumes of some segments [rows × KPIs and volumes]."""
        both = zip(self.hits, self.volumes, strict=True)
        return Hits(*(np.concatenate([kpis[rows], volumes[rows]], axis=1) for kpis, volumes in both))

    def lifts(self, rows: Ints) -> Lift:
        """Likewise; of KPIs that are only shown there is none."""
        more = len(VOLUMES) + 1
        model = [kpi.model for kpi in self.kpis.values()]
        binomial = np.array([each == "binomial" for each in model] + [False] * more)
        up = np.array([kpi.good == "up" for kpi in self.kpis.values()] + [True] * more)
        shown = np.array([not kpi.tested for kpi in self.kpis.values()] + [False] * more)
        money = np.array([False] * len(self.kpis) + [*_MONEY, False])
        counted = self.counted(rows)
        found = lift(counted, binomial, up, np.concatenate([self.dispersion, np.ones(more)]))
        spent = lift_of_money(counted)
        return Lift(
            *(np.where(shown, np.nan, np.where(money, each, hits)) for each, hits in zip(spent, found, strict=True))
        )


def volumes(totals: Ints, measures: Measures, eligible: Bools) -> Hits:
    """Of each segment and of the rest [segments × VOLUMES and TRAFFIC], by `totals` [segments × measures].

    `eligible` [segments]: those whose value is known. A volume of which a measure is not kept has no trials. Money is
    in its currency.
    """

    def column(side: str) -> Ints:
        terms = [getattr(kpi, side)[0] for kpi in VOLUMES.values()]
        places = [measures.column(term) for term in terms]
        kept = np.array([place >= 0 for place in places])
        return np.where(kept, totals[:, [max(place, 0) for place in places]], 0)

    given, sessions = column("numerator"), column("denominator")
    sessions = np.where(_rest(given, eligible) + given > 0, sessions, 0)
    traffic = column("denominator")[:, :1]
    some = eligible[:, None] & (traffic > 0)
    own = np.concatenate([given, traffic], axis=1)
    trials = np.concatenate([sessions, some], axis=1)
    unit = np.where([*_MONEY, False], UNIT, 1)
    return Hits(
        *(own / unit, trials.astype(np.float64)),
        *(_rest(own, eligible) / unit, _rest(trials, eligible).astype(np.float64)),
    )


def cross_of(
    dimension: str,
    names: Mapping[str, int],
    dimensions: Mapping[str, Dimension],
    other: str,
    values: Sequence[str],
    counts: tuple[Floats, Floats],
) -> Cross:
    """The parts of the segments `names` (value -> number) of `dimension` by the cross `other`.

    `values` are the cross's, `counts` their hits and trials [values × KPIs]. Parts of whom a trait is unknown are none.
    """
    by, rows, segments, labels = "", list[int](), list[int](), dict[str, int]()
    label: list[int] = []
    # By name: of parts that are equal, which one is told of must not depend on who came first.
    for value, row in sorted(zip(values, range(len(values)), strict=True)):
        of = dict(parts(dimensions, other, value))
        if UNKNOWN in of.values() or of.get(dimension) not in names:
            continue
        segments.append(names[of.pop(dimension)])
        by = joined(of)
        label.append(labels.setdefault(joined(of.values()), len(labels)))
        rows.append(row)
    hits, trials = (each[np.array(rows, dtype=np.int64)] for each in counts)
    return Cross(by, np.array(segments, dtype=np.int64), np.array(label, dtype=np.int64), list(labels), hits, trials)


def _rest(counts: Ints, eligible: Bools) -> Ints:
    inside = np.where(eligible[:, None], counts, 0)
    return np.asarray(inside.sum(axis=0) - inside)
