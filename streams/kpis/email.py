"""E-mail: what becomes of a delivery."""

from __future__ import annotations

from streams.settings import Kpi

KPIS = {
    "email_open_rate": Kpi(
        family="email",
        title="E-mails opened",
        numerator=("emails.opened",),
        denominator=("emails.sent",),
        unit="ratio",
        model="binomial",
    ),
    "email_click_rate": Kpi(
        family="email",
        title="E-mails clicked",
        numerator=("emails.clicked",),
        denominator=("emails.sent",),
        unit="ratio",
        model="binomial",
    ),
}
