"""What the past adds to measures at each event, against a loop over all that came before."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.behaviour.history import History
from streams.behaviour.past import past
from streams.events.amounts import NONE
from streams.events.columns import NOBODY
from tests.behaviour.made import DAY, HOUR, NAMES, START, Act, acted

BINNED = tuple(f"leads.sql.took.{number}" for number in range(40))
MEASURES = (
    *("buyers", "buyers.returning", "leads.sql.intervals", "leads.sql.seconds", *BINNED),
    *("buyers.returning.named", "buyers.cross_sold", "buyers.returning.valued", "buyers.up_sold"),
)
YEAR, MONTH = 365 * DAY, 30 * DAY
_acts = st.lists(
    st.builds(
        Act,
        time=st.sampled_from(
            [0, 1, 999, 1_000, 59_999, HOUR, DAY, 45 * DAY, 89 * DAY, 90 * DAY, 12 * MONTH, YEAR, YEAR + 1_000]
        ),  # after the one before
        visitor=st.integers(NOBODY, 2),
        kind=st.sampled_from([("orders", "order"), ("orders", "refund"), ("leads", "mql"), ("leads", "sql")]),
        value=st.sampled_from([NONE, 0, 5_000, 6_000]),
        product=st.integers(0, 2),
    ),
    max_size=40,
)


def plainly(acts: list[Act]) -> list[set[tuple[str, int]]]:
    out = []
    for number, act in enumerate(acts):
        before = [each for each in acts[:number] if each.visitor == act.visitor != NOBODY]
        adds = set[tuple[str, int]]()
        days = [act.time // DAY - each.time // DAY for each in before if each.kind == ("orders", "order")]
        if act.kind == ("orders", "order") and act.visitor != NOBODY and 0 not in days:
            adds.add(("buyers", 1))
            if any(days_ago <= 90 for days_ago in days):
                adds.add(("buyers.returning", 1))
            adds |= again(act, before) if any(days_ago <= 90 for days_ago in days) else set()
        since = [act.time // 1_000 - each.time // 1_000 for each in before if each.kind == ("leads", "mql")]
        if act.kind == ("leads", "sql") and since and since[-1] <= YEAR // 1_000:
            took = sum(end <= since[-1] for end in [round(60 * 2 ** (n / 2)) for n in range(39)])
            adds |= {("leads.sql.intervals", 1), ("leads.sql.seconds", 1_000 * since[-1]), (BINNED[took], 1)}
        out.append(adds)
    return out


def again(act: Act, before: list[Act]) -> set[tuple[str, int]]:
    """What somebody adds who orders once more."""
    adds = set[tuple[str, int]]()
    orders = [each for each in before if each.kind == ("orders", "order")]
    if act.product:
        adds.add(("buyers.returning.named", 1))
        same = [(START + each.time) // MONTH for each in orders if each.product == act.product]
        known = any((START + act.time) // MONTH - month <= 12 for month in same)
        adds |= {("buyers.cross_sold", 1)} if not known else set()
    worth = [each for each in orders if each.value > 0]
    if act.value != NONE and worth and act.time // 1_000 - worth[-1].time // 1_000 <= 90 * DAY // 1_000:
        adds.add(("buyers.returning.valued", 1))
        last = sum(each.value for each in worth if each.time // 1_000 == worth[-1].time // 1_000)
        adds |= {("buyers.up_sold", 1)} if act.value > last else set()
    return adds


@settings(max_examples=300)
@given(_acts, st.lists(st.integers(1, 10), max_size=40), st.booleans())
def test_what_came_before_counts_however_batched(drafts: list[Act], sizes: list[int], settles: bool) -> None:
    times = np.cumsum([act.time for act in drafts]).tolist()
    acts = [act._replace(time=time) for act, time in zip(drafts, times, strict=True)]
    kept, found = History({}, NAMES, past(MEASURES)), list[set[tuple[str, int]]]()
    with pytest.MonkeyPatch.context() as patch:
        if settles:
            patch.setattr("streams.behaviour.buckets._SMALL", 2)
        while len(found) < len(acts):
            batch = acts[len(found) :][: sizes.pop() if sizes else None]
            kept.forget(START + batch[0].time)
            adds: list[set[tuple[str, int]]] = [set() for _ in batch]
            for look in kept.judge(acted(batch)).looks:
                for event, column, amount in zip(*(each.tolist() for each in look), strict=True):
                    adds[event].add((MEASURES[column], amount))
            found += adds
    assert found == plainly(acts)


def test_what_is_kept_has_a_bound() -> None:
    """One lead a day of each, for three years."""
    kept = History({}, NAMES, past(MEASURES))
    for day in range(3 * 365):
        kept.forget(START + day * DAY)
        kept.add(acted([Act(day * DAY, day % 50, ("leads", "mql"))]))
    assert len(kept) <= 366 + 4096 + 366 // 8
    kept.forget(START + 5 * YEAR)
    assert not kept.any_of(np.arange(50)).any()
