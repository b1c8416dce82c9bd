"""The catalogue: every KPI that segpulse knows, as declared by the families, and those of the settings."""

from __future__ import annotations

from collections.abc import Mapping

from streams.events.topics import SOURCES
from streams.kpis import conversion, email, engagement
from streams.settings import Kpi, SettingsError

BUILT_IN: Mapping[str, Kpi] = {**engagement.KPIS, **email.KPIS, **conversion.KPIS}


def catalogue(own: Mapping[str, Kpi]) -> dict[str, Kpi]:
    """The built-in KPIs and `own`, by name, in the order in which everything shows them.

    Raises SettingsError where a KPI of the settings has the name of a built-in one or counts what is not counted.
    """
    for name, kpi in own.items():
        if name in BUILT_IN:
            raise SettingsError(f"kpis.{name}: there is a built-in KPI of that name; choose another")
        for key in ("numerator", "denominator"):
            measures = getattr(kpi, key)
            if not measures:
                raise SettingsError(f"kpis.{name}.{key}: name at least one measure, like 'clicks' or 'leads.won'")
            for measure in measures:
                _check_measure(measure, f"kpis.{name}.{key}")
    return {**BUILT_IN, **own}


def _check_measure(measure: str, key: str) -> None:
    """A measure is `topic`, `topic.event`, `sessions` or `sessions.topic`. Raises SettingsError."""
    head, _, tail = measure.partition(".")
    if head == "sessions" and (not tail or tail in SOURCES):
        return
    if head in SOURCES and (not tail or tail in SOURCES[head].names):
        return
    names = sorted(SOURCES[head].names) if head in SOURCES else []
    hint = f"{head} has the events {', '.join(names)}" if names else f"topics are {', '.join(SOURCES)}, and sessions"
    raise SettingsError(f"{key}: {measure!r} is not counted: {hint}")
