"""A diagnosis in one sentence, for marketing and operations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from streams.diagnosis.rules import SILENT, STAGE, TRAFFIC
from streams.kpis.figures import figure
from streams.messages import Cause, Evidence
from streams.settings import Kpi

_VOLUMES = {
    "emails_per_session": "e-mails sent per session",
    "impressions_per_session": "impressions per session",
    "invitations_per_session": "invitations per session",
    "spend_per_session": "spend per session",
    TRAFFIC: "sessions, beside an average segment",
}


def named(cause: Cause, evidence: Sequence[Evidence], kpis: Mapping[str, Kpi], by: str) -> str:
    """The cause, and the figures that it rests on."""
    head = cause.capitalize() + (f", split it by {by}" if by else "")
    return f"{head}: {'; '.join(_figure(each, kpis) for each in evidence)}"


def unclear(causes: Sequence[Cause], worst: Evidence, kpis: Mapping[str, Kpi]) -> str:
    """What is amiss, and that it is not known why."""
    why = f"signs of both {' and '.join(causes)}" if causes else "no cause has the evidence"
    return f"Unclear: {_figure(worst, kpis)}; {why}"


def _figure(each: Evidence, kpis: Mapping[str, Kpi]) -> str:
    kpi, where = _split(each.measure)
    declared = kpis.get(kpi)
    title = _VOLUMES.get(kpi) or (declared.title if declared else "") or kpi
    unit = declared.unit if declared is not None else ""
    if where == f" {SILENT}":
        return f"silent on {title}"
    said = f"{title}{where} {_value(each.value, unit)} against {_value(each.rest, unit)}"
    return said if each.lift is None else f"{said} (index {100 * each.lift:.0f})"


def _split(measure: str) -> tuple[str, str]:
    """The KPI, and of which part or mix, or that it is silent."""
    for word in (" in ", f" by {STAGE} alone", f" {SILENT}"):
        kpi, found, rest = measure.partition(word)
        if found:
            return kpi, f"{found}{rest}"
    return measure, ""


def _value(value: float | None, unit: str) -> str:
    return "nothing" if value is None else figure(value, unit)
