"""Conversion: from lead to customer, each step over the one before in the same window.

A step comes hours or days after the one before, so those who take it are not of the trials that it is set beside. Where
many take it, this is what chance is like: counts beside counts (poisson), not successes of these trials.
"""

from __future__ import annotations

from streams.settings import Kpi

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
}
