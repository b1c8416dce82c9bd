"""What an alert says."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import NamedTuple

from streams.messages import Alert, Kind, State
from streams.scoring import sentences


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is said of one segment's KPI over one window."""

    kind: Kind
    state: State
    dimension: str
    value: str
    kpi: str
    window: str
    since: int  # ms
    numerator: int | float  # as in a Cell
    denominator: int
    rest_numerator: int | float
    rest_denominator: int
    up_is_good: bool = True
    unit: str = "ratio"  # as the KPI declares it; a ratio is said in per cent
    scale: float = 1.0  # likewise
    counted: tuple[str, ...] = ("conversions",)  # what the numerator counts, in words
    piece: float = 1.0  # of a mean: the mean size of what it is of; of counts 1

    @property
    def actual(self) -> float | None:
        """The KPI's value."""
        return self.scale * self.numerator / self.denominator if self.denominator else None

    @property
    def rest(self) -> float | None:
        """The rest's value."""
        return self.scale * self.rest_numerator / self.rest_denominator if self.rest_denominator else None

    @property
    def index(self) -> float | None:
        """100: on a par with the rest; more is better."""
        if self.actual is None or not self.rest:
            return None
        ratio = self.actual / self.rest
        if self.up_is_good:
            return 100 * ratio
        return 100 / ratio if ratio else None  # with none at all of what is bad, it is better by no number


class Weight(NamedTuple):
    """How big it is and how sure, while it fires."""

    change: float  # as in Alert
    evidence: float
    impact: float | None
    chance: float  # days until chance alone calls like this, anywhere on the board
    expected: float  # `silent`: trials that were due
    also: list[str]
    low: float = 0.0  # `level`: confidence sequence of the ratio to the rest
    high: float = math.inf


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


def _alert(
    status: sentences.Status, tick: int, facts: Facts, weight: Weight | None, reason: str, summary: str
) -> Alert:
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
