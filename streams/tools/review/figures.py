"""Arrays of figures as what a review says: numbers, or None."""

from __future__ import annotations

import math

from streams.quality.growth import Growth
from streams.tools.review.model import Estimate


def estimate(value: float, low: float, high: float) -> Estimate | None:
    """A figure with its interval, or None where it cannot be had."""
    return Estimate(float(value), float(low), float(high)) if math.isfinite(value) else None


def grown(growth: Growth, at: tuple[int, int]) -> Estimate | None:
    """That of one segment and KPI."""
    return estimate(*(each[at] for each in growth))
