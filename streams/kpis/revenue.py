"""Revenue: what orders and customers are worth."""

from __future__ import annotations

from streams.settings import Kpi

KPIS = {
    "revenue_per_session": Kpi(
        family="revenue",
        title="Revenue per session",
        numerator=("orders.order.value",),
        denominator=("sessions",),
        unit="money per session",
        model="mean",
    ),
    "average_order_value": Kpi(
        family="revenue",
        title="Average order value",
        numerator=("orders.order.value",),
        denominator=("orders.order.valued",),
        unit="money per order",
        model="mean",
    ),
}
