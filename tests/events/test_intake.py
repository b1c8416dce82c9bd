"""Records judged one topic's after another's."""

from __future__ import annotations

import json

import numpy as np
import pytest

from streams.events.amounts import Amounts
from streams.events.intake import Intake
from streams.events.topics import PROFILES, SOURCE_TOPICS
from streams.events.validate import LONGEST_VISITOR
from streams.events.watermark import Clock

AT, DAY = 1_767_225_600_000, 86_400_000


@pytest.mark.parametrize("topic", [PROFILES, "clicks"])
@pytest.mark.parametrize("name", ["visitor_id", "userId"])
def test_who_is_known_is_kept_for_good_so_what_they_are_called_has_an_end(topic: str, name: str) -> None:
    """A few thousand ids as large as a record would fill the memory, at each start anew."""
    intake = Intake(Clock(SOURCE_TOPICS, 60_000, 10_000), 600_000, 90 * DAY, Amounts("EUR", {}))
    sizes = [5, LONGEST_VISITOR, LONGEST_VISITOR + 1, 900_000]
    records = [json.dumps({name: "é" * size, "timestamp": AT, "x": "y" * 2_000}).encode() for size in sizes]
    records.append(json.dumps({name: 17, "timestamp": AT, "x": "y" * 2_000}).encode())
    good, bad = intake.judge(topic, np.arange(len(records)), records, AT)
    assert good.offset.tolist() == [0, 1, 4]
    assert [(each.offset, each.problem.reason) for each in bad] == [(2, "too_large"), (3, "too_large")]
    assert "has 1,001 characters; at most 1,000" in bad[0].problem.detail
