"""Figures as messages have them."""

from __future__ import annotations

import math


def number(value: float) -> float | None:
    """A figure, or None where it cannot be had."""
    return float(value) if math.isfinite(value) else None
