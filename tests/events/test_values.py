"""Values in one buffer are those that were put in."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from streams.events.values import Values

VALUES = st.lists(st.none() | st.binary(max_size=9), max_size=9)


@given(VALUES, st.integers(0, 9), st.integers(0, 9))
def test_values_are_what_was_put_in(given_: list[bytes | None], first: int, last: int) -> None:
    values = Values.of(given_)
    assert Values.of(values) is values
    assert list(values) == given_
    assert list(values[first:last]) == given_[first:last]
