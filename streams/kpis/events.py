"""Events that people are invited to: webinars, fairs, visits. Steps as in conversion."""

from __future__ import annotations

from streams.settings import Kpi

KPIS = {
    "registration_rate": Kpi(
        family="events",
        title="Registrations of those invited",
        numerator=("attendance.registered",),
        denominator=("attendance.invited",),
        unit="ratio",
        model="poisson",
    ),
    "attendance_rate": Kpi(
        family="events",
        title="Attended of those registered",
        numerator=("attendance.attended",),
        denominator=("attendance.registered",),
        unit="ratio",
        model="poisson",
    ),
}
