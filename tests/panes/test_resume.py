"""From where a successor reads again."""

from __future__ import annotations

import pytest

from streams.events.mark import Mark
from streams.panes.resume import Resume
from tests.panes.history import HOUR, MINUTE, SETTINGS, START


@pytest.mark.parametrize(("contained", "first"), [(0, 1), (1, 2), (2, 2)])
def test_what_came_long_after_its_time_is_read_again_where_it_is_not_contained(contained: int, first: int) -> None:
    """On a topic so quiet that its time was passed on by the clock."""
    resume = Resume(SETTINGS)
    resume.read("orders", 0, None, START)
    resume.read("orders", 1, START, START + 40 * MINUTE)
    resume.read("orders", 2, START + 40 * MINUTE, START + 10 * HOUR)
    assert resume.offsets(Mark(START + 9 * HOUR, {"orders": contained})) == {"orders": first}
