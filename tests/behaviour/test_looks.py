"""What the past adds to measures at each event, against a loop over all that came before."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.behaviour.history import History
from streams.events.amounts import NONE
from streams.events.columns import NOBODY
from streams.kpis.past import past
from tests.behaviour.made import DAY, HOUR, NAMES, START, Act, acted

MEASURES = ("buyers", "buyers.returning", "leads.sql.intervals", "leads.sql.seconds")
YEAR = 365 * DAY
_acts = st.lists(
    st.builds(
        Act,
        time=st.sampled_from(
            [0, 1, 999, 1_000, HOUR, DAY, 45 * DAY, 90 * DAY, YEAR, YEAR + 1_000]
        ),  # after the one before
        visitor=st.integers(NOBODY, 2),
        kind=st.sampled_from([("orders", "order"), ("orders", "refund"), ("leads", "mql"), ("leads", "sql")]),
        value=st.just(NONE),
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
        since = [act.time // 1_000 - each.time // 1_000 for each in before if each.kind == ("leads", "mql")]
        if act.kind == ("leads", "sql") and since and since[-1] <= YEAR // 1_000:
            adds |= {("leads.sql.intervals", 1), ("leads.sql.seconds", 1_000 * since[-1])}
        out.append(adds)
    return out


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
                for event, amount in zip(look.event.tolist(), look.amount.tolist(), strict=True):
                    adds[event].add((MEASURES[look.column], amount))
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
