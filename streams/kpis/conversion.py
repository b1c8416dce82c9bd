"""Conversion: from lead to customer, each step over the one before in the same window.

A step comes hours or days after the one before, so those who take it are not of the trials that it is set beside. Where
many take it, this is what chance is like: counts beside counts (poisson), not successes of these trials.

How long a step took is told of the leads that took it, when they do: a mean, which few that took very long may carry,
and a median, which they do not.
"""

from __future__ import annotations

from typing import Literal

from streams.events.terms import waited
from streams.settings import Kpi

_DAY = 86_400  # seconds
_STAGES = {
    "mql": "new to qualified by marketing",
    "sql": "qualified to accepted by sales",
    "won": "accepted by sales to won",
}


def _time_to(stage: str, model: Literal["mean", "median"]) -> Kpi:
    total, times = waited(stage)
    return Kpi(
        family="conversion",
        title=f"{model.capitalize()} time from {_STAGES[stage]}",
        numerator=(total,),
        denominator=(times,),
        unit="days per lead" if model == "mean" else "days",
        model=model,
        scale=1 / _DAY,
        good="down",
    )


KPIS = {
    "lead_conversion": Kpi(
        family="conversion",
        title="Leads won",
        numerator=("leads.won",),
        denominator=("leads.created",),
        unit="ratio",
        model="binomial",
    ),
    "mql_rate": Kpi(
        family="conversion",
        title="Leads that marketing qualified",
        numerator=("leads.mql",),
        denominator=("leads.created",),
        unit="ratio",
        model="poisson",
    ),
    "sql_rate": Kpi(
        family="conversion",
        title="Qualified leads that sales accepted",
        numerator=("leads.sql",),
        denominator=("leads.mql",),
        unit="ratio",
        model="poisson",
    ),
    "sql_conversion": Kpi(
        family="conversion",
        title="Accepted leads won",
        numerator=("leads.won",),
        denominator=("leads.sql",),
        unit="ratio",
        model="poisson",
    ),
    "win_rate": Kpi(
        family="conversion",
        title="Won of those decided",
        numerator=("leads.won",),
        denominator=("leads.won", "leads.lost"),
        unit="ratio",
        model="binomial",
    ),
    "time_to_mql": _time_to("mql", "mean"),
    "time_to_sql": _time_to("sql", "mean"),
    "time_to_win": _time_to("won", "mean"),
    "median_time_to_mql": _time_to("mql", "median"),
    "median_time_to_sql": _time_to("sql", "median"),
    "median_time_to_win": _time_to("won", "median"),
}
