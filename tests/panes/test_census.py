"""Who stays is counted once, in the pane that ends at midnight, wherever a worker dies."""

from __future__ import annotations

import pytest

from streams.events.topics import PROFILES, SOURCE_TOPICS
from streams.panes.census import Census
from streams.panes.counting import Counted
from streams.panes.levels import LEVELS
from tests.panes.history import DAY, MINUTE, START, Happening, heartbeat, record
from tests.panes.reader import Reader
from tests.panes.summed import assert_exact, summed

#: On each of three days, in the last seconds before midnight too: so there is a pane already where it is counted.
VIEWS = [
    Happening(START + day * DAY + at, "page_views", None, 0, None, None, None)
    for day in range(3)
    for at in (MINUTE, DAY - 1_000)
]


def reader_of_days() -> Reader:
    log = {topic: [heartbeat(START - MINUTE)] for topic in SOURCE_TOPICS}
    for day in range(5):
        log["page_views"] += [record(view) for view in VIEWS if (view.time - START) // DAY == day]
        for records in log.values():
            records.append(heartbeat(START + (day + 1) * DAY + 2 * MINUTE))
    return Reader(log)


def stayed(reader: Reader) -> dict[int, int]:
    """By end of its pane, in days after START."""
    counts = summed([reader])
    found = {key: n for (key, d, _, m), n in counts.items() if (d, m) == ("tier", "visitors.retained_1d")}
    return {(start + LEVELS[level] - START) // DAY: n for (level, start), n in found.items()}


@pytest.mark.parametrize("dies_after", range(8))
def test_once_wherever_a_worker_dies_after_midnight(dies_after: int) -> None:
    reader = reader_of_days()
    for day in range(5):
        for topic in SOURCE_TOPICS:
            reader.read(topic, 2)
        reader.read("page_views", 2)
        if day == 2:
            reader.run([("crash", dies_after, 0)])
        else:
            reader.checkpoint()
    reader.finish()
    assert_exact([reader], VIEWS)
    assert stayed(reader) == {2: 1, 3: 1}, "on the first of three days nobody had been here before"


def test_who_has_always_been_somebody_is_not_looked_at_since_1970(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, looked = reader_of_days(), list[int]()
    reader.log[PROFILES][:0] = [
        record(Happening(time, PROFILES, None, 0, None, None, (("tier", "a"),))) for time in (0, START)
    ]
    counted = Census.counted

    def noted(of: Census, midnight: int) -> list[Counted]:
        looked.append(midnight)
        return counted(of, midnight)

    monkeypatch.setattr(Census, "counted", noted)
    reader.finish()
    assert looked == [START + day * DAY for day in range(1, 6)]
    assert stayed(reader) == {2: 1, 3: 1}
