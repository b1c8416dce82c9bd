"""What was bought is known for a year, of each product by itself, and then forgotten."""

from __future__ import annotations

import numpy as np
import pytest

from streams.behaviour.history import History
from streams.behaviour.past import past
from tests.behaviour.made import DAY, NAMES, START, Act, acted

MEASURES = ("buyers.cross_sold", "buyers.returning.named")
MONTH = 30 * DAY
FIRST = MONTH - START % MONTH  # ms after START: a month begins


def order(time: int, product: int, visitor: int = 0) -> Act:
    return Act(time, visitor, ("orders", "order"), product=product)


def crossed(acts: list[Act], at_once: int) -> list[int]:
    """The times at which something new was bought."""
    kept, out = History({}, NAMES, past(MEASURES)), []
    acts = sorted(acts)
    for first in range(0, len(acts), at_once):
        batch = acts[first : first + at_once]
        kept.forget(START + batch[0].time)
        for look in kept.judge(acted(batch)).looks:
            out += [batch[event].time for event, column in zip(look.event, look.column, strict=True) if not column]
    return out


@pytest.mark.parametrize("at_once", [1, 3, 100])
@pytest.mark.parametrize("settles", [False, True])
@pytest.mark.parametrize(("after", "new"), [(13 * MONTH - 1, False), (13 * MONTH, True)])
def test_to_the_month(after: int, new: bool, settles: bool, at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Others come in between, or nobody would be returning; and somebody else buys the same."""
    if settles:
        monkeypatch.setattr("streams.behaviour.buckets._SMALL", 1)
    others = [order(FIRST + day * DAY, 2) for day in range(-20, 390, 60)]
    theirs = [order(FIRST + day * DAY, 1, visitor=1) for day in range(-20, 390, 60)]
    mine = [order(FIRST, 1), order(FIRST + after, 1)]
    found = crossed([*others, *theirs, *mine], at_once)
    assert found == [FIRST, *([FIRST + after] if new else [])]


def test_what_is_forgotten_is_no_answer_to_who_comes_late() -> None:
    """Whether it is still there, until room is made, would depend on who else has come."""
    kept = History({}, NAMES, past(MEASURES))
    kept.add(acted([order(FIRST, 1), order(FIRST + 12 * MONTH, 2)]))
    kept.forget(START + FIRST + 13 * MONTH)
    looks = kept.judge(acted([order(FIRST + 12 * MONTH + DAY, 1)])).looks
    assert sorted(column for look in looks for column in look.column.tolist()) == [0, 1]


def test_what_is_kept_has_a_bound_though_every_order_is_of_something_else() -> None:
    kept, sizes = History({}, NAMES, past(MEASURES)), []
    for day in range(12 * 365):
        kept.forget(START + day * DAY)
        kept.add(acted([order(day * DAY, 1 + 10 * day + number, number) for number in range(10)]))
        sizes.append(len(kept))
    assert max(sizes[6 * 365 :]) <= 1.01 * max(sizes[: 6 * 365]), "it does not grow"
    kept.forget(START + 15 * 365 * DAY)
    kept.add(acted([order(15 * 365 * DAY + number * DAY, 1, visitor=20 + number % 2) for number in range(10_000)]))
    assert not kept.any_of(np.arange(10)).any(), "nothing of who bought years ago"
