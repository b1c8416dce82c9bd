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
    "engaged_session_rate": Kpi(
        family="engagement",
        title="Sessions that do not bounce",
        numerator=("sessions.engaged",),
        denominator=("sessions",),
        unit="ratio",
        model="binomial",
    ),
    "time_on_site": Kpi(
        family="engagement",
        title="Time on site",
        numerator=("sessions.seconds",),
        denominator=("sessions",),
        unit="s per session",
        model="mean",
    ),
    "pages_per_session": Kpi(
        family="engagement",
        title="Pages per session",
        numerator=("page_views",),
        denominator=("sessions",),
        unit="per session",
        model="poisson",
    ),
    "clicks_per_session": Kpi(
        family="engagement",
        title="Clicks per session",
        numerator=("clicks",),
        denominator=("sessions",),
        unit="per session",
        model="poisson",
    ),
}
