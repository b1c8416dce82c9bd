"""Growth: how much more or less there is of something than in an earlier period. It is shown, and alerts nobody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from streams.events.terms import pieces
from streams.kpis.measures import Measures


class Growth(NamedTuple):
    """Of a measure."""

    title: str
    measure: str


GROWTHS: Mapping[str, Growth] = {
    "sales_growth": Growth("Growth of sales (value of orders)", "orders.order.value"),
    "deals_growth": Growth("Growth of the value of deals won", "leads.won.value"),
    "orders_growth": Growth("Growth of the number of orders", "orders.order"),
    "leads_growth": Growth("Growth of new leads", "leads.created"),
    "customers_growth": Growth("Growth of new customers", "customers.customer"),
    "sessions_growth": Growth("Growth of sessions", "sessions"),
}


def counted(measures: Measures) -> dict[str, Growth]:
    """Those whose measure is counted for the KPIs; of a sum also how many values it is of."""
    return {
        name: growth
        for name, growth in GROWTHS.items()
        if measures.column(growth.measure) >= 0 and measures.column(pieces(growth.measure)) >= 0
    }
