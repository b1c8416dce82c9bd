"""What an alert is about."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from streams.messages import Kind, State


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
