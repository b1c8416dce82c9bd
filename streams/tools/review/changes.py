"""What has changed since the period before: each segment's growth, and what it did to the whole."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from streams.events.columns import Floats
from streams.quality.effect import Effect, effect
from streams.quality.growth import Growth, growth
from streams.tools.review.counted import Counted
from streams.tools.review.model import Whole


class Changes(NamedTuple):
    """All [segments × KPIs]."""

    value: Growth
    volume: Growth
    effect: Effect
    whole: list[Whole]


def changes(counted: Counted, dispersion: Floats) -> Changes | None:
    """None where there is no period before; `dispersion` [segments × KPIs]."""
    if counted.days_before is None:
        return None
    hits, trials, binomial = counted.hits, counted.trials, counted.days.binomial
    hits_before, trials_before = counted.days_before.hits.sum(axis=0), counted.days_before.trials.sum(axis=0)
    shape = np.ones(hits.shape)
    return Changes(
        value=growth((hits_before, trials_before), (hits, trials), binomial, dispersion),
        volume=growth(
            (hits_before, counted.spans.days_before * shape),
            (hits, counted.spans.days * shape),
            np.zeros_like(binomial),
            dispersion,
        ),
        effect=(made := effect(hits_before, trials_before, hits, trials)),
        whole=[
            Whole(
                kpi=name,
                before=kpi.scale * float(hits_before[:, column].sum() / trials_before[:, column].sum()),
                now=kpi.scale * float(hits[:, column].sum() / trials[:, column].sum()),
                mix=kpi.scale * float(made.mix[:, column].sum()),
                rate=kpi.scale * float(made.rate[:, column].sum()),
            )
            for column, (name, kpi) in enumerate(counted.kpis.items())
            if trials_before[:, column].any()
        ],
    )
