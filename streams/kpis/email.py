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
    "email_click_to_open_rate": Kpi(
        family="email",
        title="E-mails clicked of those opened",
        numerator=("emails.clicked",),
        denominator=("emails.opened",),
        unit="ratio",
        model="binomial",
    ),
    "email_unsubscribe_rate": Kpi(
        family="email",
        title="E-mails that made somebody unsubscribe",
        numerator=("emails.unsubscribed",),
        denominator=("emails.sent",),
        unit="ratio",
        model="binomial",
        good="down",
    ),
    "email_bounce_rate": Kpi(
        family="email",
        title="E-mails that bounced",
        numerator=("emails.bounced",),
        denominator=("emails.sent",),
        unit="ratio",
        model="binomial",
        good="down",
    ),
}
