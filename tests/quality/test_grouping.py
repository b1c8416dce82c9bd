"""Segments that are to be one."""

from __future__ import annotations

from streams.quality.grouping import mergers


def test_what_differs_from_the_rest_is_not_merged_with_what_does_not() -> None:
    assert mergers([["a", "b", "c", "d"], ["e"], ["f", "g"]], {"a", "b", "f"}) == [["c", "d"], ["a", "b"]]
