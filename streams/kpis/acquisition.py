"""Acquisition: what new comes in."""

from __future__ import annotations

from streams.settings import Kpi

KPIS = {
    "leads_per_session": Kpi(
        family="acquisition",
        title="New leads per session",
        numerator=("leads.created",),
        denominator=("sessions",),
        unit="per session",
        model="poisson",
    ),
    "customers_per_lead": Kpi(
        family="acquisition",
        title="New customers per new lead",
        numerator=("customers.customer",),
        denominator=("leads.created",),
        unit="per lead",
        model="poisson",
    ),
}
