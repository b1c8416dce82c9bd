"""Revenue: what orders and deals are worth. A refund comes days after its order, a step as in conversion."""

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
    "average_deal_size": Kpi(
        family="revenue",
        title="Average deal size",
        numerator=("leads.won.value",),
        denominator=("leads.won.valued",),
        unit="money per deal",
        model="mean",
    ),
    "refund_rate": Kpi(
        family="revenue",
        title="Orders refunded",
        numerator=("orders.refund",),
        denominator=("orders.order",),
        unit="ratio",
        model="poisson",
        good="down",
    ),
}
