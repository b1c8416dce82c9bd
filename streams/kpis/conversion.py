"""Conversion: from lead to customer, each step of those that took the one before."""

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
        model="binomial",
    ),
    "sql_rate": Kpi(
        family="conversion",
        title="Qualified leads that sales accepted",
        numerator=("leads.sql",),
        denominator=("leads.mql",),
        unit="ratio",
        model="binomial",
    ),
    "sql_conversion": Kpi(
        family="conversion",
        title="Accepted leads won",
        numerator=("leads.won",),
        denominator=("leads.sql",),
        unit="ratio",
        model="binomial",
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
