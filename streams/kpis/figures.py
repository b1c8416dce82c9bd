"""A KPI's value as people read it: the same in alerts, diagnoses and the terminal."""

from __future__ import annotations


def figure(value: float, unit: str) -> str:
    """Of a ratio per cent, else without its unit: `7.6%`, `0.0431`, `1,057`."""
    amount, sign = (100 * value, "%") if unit == "ratio" else (value, "")
    return (f"{amount:.3g}" if abs(amount) < 100 else f"{amount:,.0f}") + sign


def with_unit(value: float, unit: str) -> str:
    """`7.6%`, `1,057 s per session`."""
    return figure(value, unit) if unit in ("ratio", "") else f"{figure(value, unit)} {unit}"
