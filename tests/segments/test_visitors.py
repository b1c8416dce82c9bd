"""Visitors have rows while something is known of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from streams.events.columns import Bools, Ints
from streams.events.fingerprints import fingerprints
from streams.segments.visitors import Visitors


def rows(visitors: Visitors, names: Sequence[str], times: Sequence[int]) -> list[int]:
    found: list[int] = visitors.rows(names, fingerprints(names), np.array(times, dtype=np.int64)).tolist()
    return found


def test_many_visitors() -> None:
    visitors = Visitors()
    assert rows(visitors, [str(number) for number in range(5_000)], range(5_000)) == list(range(5_000))
    assert rows(visitors, ["4999", "new", "new"], [1, 2, 2]) == [4_999, 5_000, 5_000]
    assert visitors.names[4_999:] == ["4999", "new"]


def test_who_is_neither_known_nor_lately_here_leaves_the_row_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.segments.visitors._ROOM", 4)
    visitors = Visitors()

    def known(rows: Ints) -> Bools:
        return np.asarray(rows == 0)

    assert rows(visitors, ["known", "old", "new"], [-1, 10, 20]) == [0, 1, 2]
    assert not len(visitors.forget(15, known)), "there is room"
    assert rows(visitors, ["newer"], [30]) == [3]
    assert visitors.forget(15, known).tolist() == [1]
    assert rows(visitors, ["old", "known", "next"], [40, 40, 40]) == [1, 0, 4]
    assert visitors.names == ["known", "old", "new", "newer", "next"]
