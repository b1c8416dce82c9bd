"""The k-th event's latency, on counts worked out by hand.

time           10    11    12    13    14
acknowledged    2     5     5     6
shown                 1     5           6
"""

from __future__ import annotations

import numpy as np
import pytest

from streams.tools.bench.curves import Curve, latencies

ACKNOWLEDGED = Curve([10.0, 11.0, 12.0, 13.0], [2, 5, 5, 6])
SHOWN = Curve([11.0, 12.0, 14.0], [1, 5, 6])


def test_each_event_in_its_turn() -> None:
    #                                                        1st  2nd  3rd  4th  5th  6th
    assert latencies(ACKNOWLEDGED, SHOWN, 0.0).tolist() == [1.0, 2.0, 1.0, 1.0, 1.0, 1.0]


def test_what_was_acknowledged_by_then_is_left_out() -> None:
    assert latencies(ACKNOWLEDGED, SHOWN, 10.0).tolist() == [1.0, 1.0, 1.0, 1.0]
    assert latencies(ACKNOWLEDGED, SHOWN, 13.0).tolist() == []


def test_what_is_never_shown_is_no_number() -> None:
    late = latencies(ACKNOWLEDGED, Curve([11.0], [4]), 0.0)
    assert late[:4].tolist() == [1.0, 1.0, 0.0, 0.0]
    assert np.isnan(late[4:]).all()
    assert np.isnan(latencies(ACKNOWLEDGED, Curve([], []), 0.0)).all()


def test_nothing_acknowledged() -> None:
    assert latencies(Curve([], []), SHOWN, 0.0).tolist() == []


@pytest.mark.parametrize(("time", "count"), [(9.9, 0), (10.0, 2), (11.5, 5), (99.0, 6)])
def test_the_count_at_a_time(time: float, count: int) -> None:
    assert ACKNOWLEDGED.at(time) == count
