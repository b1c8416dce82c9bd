"""Loyalty: who stays, and orders."""

from __future__ import annotations

from streams.settings import Kpi

KPIS = {
    "churn": Kpi(
        family="loyalty",
        title="Customers lost per customer won",
        numerator=("customers.churned",),
        denominator=("customers.customer",),
        unit="per customer",
        model="poisson",
        good="down",
    ),
    "orders_per_session": Kpi(
        family="loyalty",
        title="Orders per session",
        numerator=("orders.order",),
        denominator=("sessions",),
        unit="per session",
        model="poisson",
    ),
}
