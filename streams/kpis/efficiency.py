"""Efficiency: what results cost. Figures: here chance is in the number of results, which stands below, and spending
is no sum of pieces that come by chance.
"""

from __future__ import annotations

from streams.settings import Kpi

KPIS = {
    "cost_per_lead": Kpi(
        family="efficiency",
        title="Spend per new lead",
        numerator=("spend.value",),
        denominator=("leads.created",),
        unit="money per lead",
        model="figure",
        good="down",
    ),
    "cost_per_acquisition": Kpi(
        family="efficiency",
        title="Spend per new customer",
        numerator=("spend.value",),
        denominator=("customers.customer",),
        unit="money per customer",
        model="figure",
        good="down",
    ),
    "romi": Kpi(
        family="efficiency",
        title="Return on marketing investment: revenue beyond spend, per spend",
        numerator=("orders.order.value", "-spend.value"),
        denominator=("spend.value",),
        unit="ratio",
        model="figure",
    ),
}
