"""What is spent on nobody in particular."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from streams.scoring.allocation import allocated

SPENT, SESSIONS, OTHERS = 0, 1, 2
_rows = st.lists(st.tuples(st.integers(0, 10**15), st.integers(0, 10**6), st.integers(0, 9)), min_size=1, max_size=6)


def test_by_the_share_of_sessions() -> None:
    totals = np.array([[[1_000, 50, 1], [0, 30, 2], [200, 10, 3]], [[1_000, 0, 1], [0, 0, 2], [200, 7, 3]]])
    found = allocated(totals, np.array([False, True, True]), SPENT, SESSIONS)
    assert found[..., SPENT].tolist() == [[0, 750, 450], [0, 0, 1_200]]
    assert found[..., SESSIONS:].tolist() == totals[..., SESSIONS:].tolist()
    assert totals[0, 0, SPENT] == 1_000, "what was counted is not changed"


def test_where_nobody_known_comes_it_stays() -> None:
    totals = np.array([[[1_000, 50], [0, 0]]])
    assert allocated(totals, np.array([False, True]), SPENT, SESSIONS).tolist() == totals.tolist()


@given(_rows, st.integers(0, 5), st.randoms())
def test_the_sum_is_the_same_and_so_is_each_share_in_any_order(
    rows: list[tuple[int, int, int]], unknown: int, random: object
) -> None:
    totals = np.array([rows], dtype=np.int64)
    known = np.arange(len(rows)) != unknown
    found = allocated(totals, known, SPENT, SESSIONS)
    assert found.sum() == totals.sum()
    assert (found[..., SPENT] >= np.where(known, totals[..., SPENT], 0)).all()
    order = list(range(len(rows)))
    random.shuffle(order)  # type: ignore[attr-defined]
    assert (allocated(totals[:, order], known[order], SPENT, SESSIONS) == found[:, order]).all()
    if not known.all() and totals[0, known, SESSIONS].sum():
        assert 0 <= found[0, unknown, SPENT] < len(rows), "no more than rounding is left"
