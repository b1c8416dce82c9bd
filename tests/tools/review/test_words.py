"""Figures as people read them."""

from __future__ import annotations

import pytest

from streams.tools.review.model import Estimate
from streams.tools.review.page import words


def test_day() -> None:
    assert words.day(1_767_225_600_000) == "1 January 2026"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.1234, "ratio", "12.3 %"),
        (0.16, "ratio", "16.0 %"),
        (0.00042, "ratio", "0.0420 %"),
        (0.0, "ratio", "0 %"),
        (1.2345, "per session", "1.23"),
        (12345.6, "EUR", "12,346"),
        (None, "ratio", "–"),
    ],
)
def test_rate(value: float | None, unit: str, text: str) -> None:
    assert words.rate(value, unit).replace("\u00a0", " ") == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(0.0124, "ratio", "+1.2 points"), (-0.12, "per session", "−0.12"), (0.0, "ratio", "±0 points"), (None, "x", "–")],
)
def test_moved(value: float | None, unit: str, text: str) -> None:
    assert words.moved(value, unit) == text


def test_growth() -> None:
    assert words.grown(Estimate(1.124, 0.97, 1.2249)).replace("\u00a0", " ") == "+12 % (−3 to +22)"
    assert words.grown(None) == "–"
    assert words.more(1.0).replace("\u00a0", " ") == "±0 %"


@pytest.mark.parametrize(
    ("p_value", "text"),
    [(0.2, "more than 1 in 20"), (0.004, "1 in 250"), (1e-9, "less than 1 in 10,000"), (None, "–")],
)
def test_chance(p_value: float | None, text: str) -> None:
    assert words.chance(p_value) == text


def test_counts_and_lists() -> None:
    assert (words.count(1234.4), words.count(-12.0), words.count(None)) == ("1,234", "−12", "–")
    assert (words.extra(12.0), words.extra(-12.0)) == ("+12", "−12")
    assert (words.than(12.0), words.than(-12.0)) == ("12 more", "12 fewer")
    names = ["a", "b", "c"]
    assert [words.listed(names[:n]) for n in range(4)] == ["", "a", "a and b", "a, b and c"]
