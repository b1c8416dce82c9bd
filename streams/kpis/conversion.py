"""Conversion: from lead to customer."""

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
}
