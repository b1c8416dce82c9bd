"""Loyalty: who stays, and orders, and whether they grow. What cross-sold and up-sold are is told in behaviour.past.

Lifetime value is margin × order value × frequency / churn (Gupta & Lehmann, J. Interactive Marketing 17(1) (2003) 9-24,
without discounting). The first two are revenue per customer and quarter, churn is customers lost per customer and
quarter; so over any time it is margin × revenue / customers lost, as many as there are.
"""

from __future__ import annotations

from typing import Literal

from streams.events.terms import BUYERS, CROSS_SOLD, NAMED, RETURNING, UP_SOLD, VALUED
from streams.settings import Kpi


def _staying(which: Literal["retained", "churned"], days: int, title: str, good: Literal["up", "down"]) -> Kpi:
    return Kpi(
        family="loyalty",
        title=title,
        numerator=(f"visitors.{which}_{days}d",),
        denominator=(f"visitors.cohort_{days}d",),
        unit="ratio",
        model="binomial",
        good=good,
    )


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
    "repeat_purchase": Kpi(
        family="loyalty",
        title="Buyers who had bought within the 90 days before",
        numerator=(RETURNING,),
        denominator=(BUYERS,),
        unit="ratio",
        model="binomial",
    ),
    "cross_sell_rate": Kpi(
        family="loyalty",
        title="Returning buyers who bought what they had not before",
        numerator=(CROSS_SOLD,),
        denominator=(NAMED,),
        unit="ratio",
        model="binomial",
    ),
    "up_sell_rate": Kpi(
        family="loyalty",
        title="Returning buyers who spent more than the time before",
        numerator=(UP_SOLD,),
        denominator=(VALUED,),
        unit="ratio",
        model="binomial",
    ),
    "retention_30d": _staying("retained", 30, "Visitors still active after 30 days", "up"),
    "retention_90d": _staying("retained", 90, "Visitors still active after 90 days", "up"),
    "churn_30d": _staying("churned", 30, "Visitors no longer active after 30 days", "down"),
    "churn_90d": _staying("churned", 90, "Visitors no longer active after 90 days", "down"),
    "customer_lifetime_value": Kpi(
        family="loyalty",
        title="Customer lifetime value: margin on revenue, per customer lost in 90 days",
        numerator=("orders.order.value",),
        denominator=("buyers.churned_90d",),
        unit="money per customer",
        model="figure",
        of_margin=True,
    ),
}
