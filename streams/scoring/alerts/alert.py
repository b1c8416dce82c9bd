"""What an alert says."""

from __future__ import annotations

import hashlib
import math
from typing import Literal

from streams.messages import Alert, Kind, State
from streams.scoring.alerts import sentences
from streams.scoring.alerts.facts import Facts, Weight

_Status = Literal["firing", "resolved"]


def fired(tick: int, facts: Facts, weight: Weight) -> Alert:
    """The message that an alert begins."""
    return _alert("firing", tick, facts, weight, "", sentences.fired(tick, facts, weight))


def resolved(tick: int, facts: Facts, reason: str) -> Alert:
    """The message that it is over, and why."""
    return _alert("resolved", tick, facts, None, reason, sentences.resolved(facts, reason))


def fingerprint(kind: Kind, state: State, dimension: str, value: str, kpi: str) -> str:
    """Of segment, KPI, kind and state only: the same for all messages of one alert."""
    identity = "\0".join((dimension, value, kpi, kind, state))
    return hashlib.blake2b(identity.encode(), digest_size=8).hexdigest()


def _alert(status: _Status, tick: int, facts: Facts, weight: Weight | None, reason: str, summary: str) -> Alert:
    return Alert(
        fingerprint=fingerprint(facts.kind, facts.state, facts.dimension, facts.value, facts.kpi),
        status=status,
        kind=facts.kind,
        dimension=facts.dimension,
        value=facts.value,
        kpi=facts.kpi,
        window=facts.window,
        state=facts.state,
        at=tick,
        since=facts.since,
        numerator=facts.numerator,
        denominator=facts.denominator,
        actual=facts.actual,
        rest=facts.rest,
        index=facts.index,
        change=_finite(weight.change) if weight else None,
        evidence=_finite(weight.evidence) if weight else None,
        impact=_finite(weight.impact) if weight else None,
        also=weight.also if weight else [],
        reason=reason,
        summary=summary,
    )


def _finite(figure: float | None) -> float | None:
    return figure if figure is not None and math.isfinite(figure) else None
