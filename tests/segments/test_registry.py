"""Segment values as text, and their number bounded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.segments import registry
from streams.segments.registry import OTHER, UNKNOWN, Registry, text
from streams.settings import Dimension


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, UNKNOWN),
        ("", UNKNOWN),
        (" \t\n", UNKNOWN),
        ("  Plant \n manager ", "Plant manager"),
        (2, "2"),
        (2.0, "2"),
        (2.5, "2.5"),
        (-0.0, "0"),
        (True, "true"),
        (False, "false"),
        (10**30, "1" + "0" * 30),
        ([1], UNKNOWN),
        ({"a": 1}, UNKNOWN),
        ("x" * 500, "x" * 120),
        (10**400, "1" + "0" * 119),
    ],
)
def test_text(value: object, shown: str) -> None:
    assert text(value) == shown


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists))
def test_any_value_is_a_short_line(value: object) -> None:
    shown = text(value)
    assert 0 < len(shown) <= 120
    assert len(shown.splitlines()) == 1


@given(
    st.integers(1, 3), st.lists(st.sampled_from(["a", "b", "c", "d", "e", UNKNOWN, OTHER]) | st.text(), max_size=300)
)
def test_values_are_bounded_and_the_rest_is_other(max_values: int, values: list[str]) -> None:
    known = Registry({"d": Dimension(trait="d", max_values=max_values)})
    room = max_values * registry._MARGIN
    named: list[str] = []
    for value in values:
        shown = known.names[known.id("d", value)][1]
        if value in (UNKNOWN, OTHER) or value in named:
            assert shown == value
        elif len(named) < room:
            named.append(value)
            assert shown == value
        else:
            assert shown == OTHER
            assert known.full == {"d": known.id("d", OTHER)}
    assert bool(known.full) == (len(set(values) - {UNKNOWN, OTHER}) > room)
    assert len(known) <= room + 2
