"""Engagement: what visitors do in a session. A session is the trial: it is near enough independent, a click is not."""

from __future__ import annotations

from streams.settings import Kpi

KPIS = {
    "engagement": Kpi(
        family="engagement",
        title="Engagements per session",
        numerator=("clicks", "downloads", "form_fills"),
        denominator=("sessions",),
        unit="per session",
        model="poisson",
    ),
    "form_fill_rate": Kpi(
        family="engagement",
        title="Sessions with a form fill",
        numerator=("sessions.form_fills",),
        denominator=("sessions",),
        unit="ratio",
        model="binomial",
    ),
    "download_rate": Kpi(
        family="engagement",
        title="Sessions with a download",
        numerator=("sessions.downloads",),
        denominator=("sessions",),
        unit="ratio",
        model="binomial",
    ),
}
