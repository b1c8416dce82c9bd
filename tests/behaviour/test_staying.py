"""Who stays, by each visitor's own day, and once in as many days as it is about."""

from __future__ import annotations

import zlib

import numpy as np

from streams.behaviour.history import History
from streams.behaviour.past import past
from tests.behaviour.made import DAY, NAMES, START, Act, acted

SPAN = 30
COLUMNS = ("visitors.cohort_30d", "visitors.retained_30d")


def looked_at(acts: list[Act], first: int, last: int) -> list[tuple[int, str, bool]]:
    """Day after START, visitor, and whether it has stayed, of all looks from midnight to midnight."""
    kept, out = History({}, NAMES, past(COLUMNS)), []
    acts = sorted(acts)
    for day in range(first, last + 1):
        due = [act for act in acts if act.time < day * DAY]
        acts = acts[len(due) :]
        if due:
            kept.add(acted(due))
        for cohort in kept.cohorts(START + day * DAY):
            who = [NAMES[row] for row in cohort.visitors.tolist()]
            out += list(zip([day] * len(who), who, cohort.retained.tolist(), strict=True))
        kept.forget(START + day * DAY)
    return out


def test_each_is_looked_at_once_in_as_many_days_on_a_day_of_its_own() -> None:
    found = looked_at([Act(day * DAY, row) for day in range(120) for row in range(len(NAMES))], 60, 119)
    assert sorted(who for _, who, _ in found) == sorted([*NAMES, *NAMES])
    assert all(retained for *_, retained in found)
    day_of = {who: day for day, who, _ in found if day < 90}
    assert {day for day, _, _ in found} >= {day + SPAN for day in day_of.values()}
    assert len(set(day_of.values())) > 15, "not all on the same"


def test_to_the_day() -> None:
    """Of one visitor, by when it was here last before it is looked at."""
    name = NAMES[3]
    day = next(d for d in range(100, 130) if (zlib.crc32(name.encode()) - START // DAY - d) % SPAN == 0)

    def stays(*before: float) -> list[bool]:
        acts = [Act(round((day - days) * DAY), 3) for days in before]
        return [retained for found, _, retained in looked_at(acts, 1, day) if found == day]

    assert stays() == []
    assert stays(30) == [], "active in the last 30 days alone"
    assert stays(60 + 1e-6) == [], "too long ago"
    assert stays(60) == stays(30 + 1e-6) == [False]
    assert stays(60, 30) == stays(31, 1e-6) == [True]
    assert stays(45, 0) == [False], "at midnight a new day has begun"


def test_a_row_that_is_anothers_now_is_looked_at_by_the_new_name() -> None:
    names = list(NAMES)
    kept = History({}, names, past(COLUMNS))

    def turns(row: int, first: int) -> list[int]:
        kept.add(acted([Act(day * DAY, row) for day in range(first, first + SPAN)]))
        days = range(first + SPAN, first + 2 * SPAN)
        found = [d for d in days for each in kept.cohorts(START + d * DAY) if row in each.visitors]
        kept.forget(START + (first + 4 * SPAN) * DAY)
        kept.release(np.array([row]))
        return found

    (before,) = turns(3, 0)
    names[3] = "somebody else"
    (after,) = turns(3, 8 * SPAN)
    assert (after - before) % SPAN == (zlib.crc32(b"somebody else") - zlib.crc32(NAMES[3].encode())) % SPAN
