"""Increments added up, against a dict and a loop."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.panes import tally as module
from streams.panes.tally import Increments, tally

PANES, SEGMENTS, MEASURES, EVENTS = 3, 4, 5, 6
_amounts = st.integers(-3, 3) | st.integers(-(10**12), 10**12) | st.sampled_from([2**26, -(2**26), 2**52 + 1])
_events = st.lists(
    st.tuples(st.integers(0, PANES - 1), st.integers(0, 1), st.integers(2, SEGMENTS - 1)),
    min_size=EVENTS,
    max_size=EVENTS,
)
_increments = st.lists(st.tuples(st.integers(0, EVENTS - 1), st.integers(0, MEASURES - 1), _amounts), max_size=30)


@pytest.mark.parametrize("dense", [0, 10_000])
@given(_events, _increments, st.booleans(), st.sets(st.integers(0, EVENTS - 1)))
def test_all_is_added_up_exactly(
    dense: int,
    events: list[tuple[int, int, int]],
    increments: list[tuple[int, int, int]],
    weighed: bool,
    left_out: set[int],
) -> None:
    pane = np.array([p for p, _, _ in events], dtype=np.int64)
    member = np.array([m for _, *m in events], dtype=np.int32)
    event, column, amount = np.array(increments, dtype=np.int64).reshape(-1, 3).T
    chosen = np.array([number not in left_out for number in range(EVENTS)])
    given_ = Increments(event, column, amount if weighed else None).of(chosen)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_DENSE", dense)
        found = tally(pane, member, given_, (PANES, SEGMENTS, MEASURES))
    expected: Counter[tuple[int, int, int]] = Counter()
    for e, c, a in increments:
        for segment in events[e][1:] if e not in left_out else ():
            expected[events[e][0], segment, c] += a if weighed else 1
    assert {n: c for n, c in expected.items() if c} == {
        (number, segment, c): count
        for number, ids, counts in found
        for segment, row in zip(ids.tolist(), counts.tolist(), strict=True)
        for c, count in enumerate(row)
        if count
    }
    for _, ids, _ in found:
        assert (np.diff(ids) > 0).all()
