"""Room for more rows."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from streams.events.columns import grown


@given(st.lists(st.integers(0, 60), max_size=8))
def test_there_is_room_and_what_was_there_stays(rows: list[int]) -> None:
    array, times = np.array([[1, 2]], dtype=np.int32), 0
    for each in rows:
        before, array = array, grown(array, each, np.array([7, 8]))
        assert (array[: len(before)] == before).all()
        assert array.dtype == np.int32
        times += array is not before
    assert len(array) >= max([1, *rows])
    assert array.tolist() == [[1, 2], *[[7, 8]] * (len(array) - 1)]
    assert len(array) >= 2**times
