"""Which rule holds at each event, against a loop over all that came before."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.behaviour.history import History
from streams.events.columns import NOBODY
from tests.behaviour.made import DAY, HOUR, START, Act, acted, history

RULES = {
    "rich": "sum(orders.value) >= 10 in 3d and not refund",
    "keen": "(clicks >= 2 in 7d or downloads) and not opened in 2h",
    "happy": "feedback.nps.promoters in 1h",
    "back": "seen before 24h",
    "new": "seen < 2",
}
_acts = st.lists(
    st.builds(
        Act,
        time=st.sampled_from([0, 1, 1_000, HOUR - 1, HOUR, 5 * HOUR, DAY, 2 * DAY, 9 * DAY]),  # after the one before
        visitor=st.integers(NOBODY, 2),
        kind=st.sampled_from(
            [("clicks", ""), ("downloads", ""), ("emails", "opened"), ("orders", "order"), ("feedback", "nps")]
        ),
        value=st.sampled_from([-(2**63), -3_000, 9_000, 10_000, 6_000]),
        product=st.just(0),
    ),
    max_size=40,
)


def timed(acts: list[Act]) -> list[Act]:
    times = np.cumsum([act.time for act in acts]).tolist()
    return [act._replace(time=time) for act, time in zip(acts, times, strict=True)]


def plainly(acts: list[Act]) -> list[str]:
    """By what was before each of `acts` in the list."""
    out = []
    for number, act in enumerate(acts):
        before = [each for each in acts[:number] if each.visitor == act.visitor]

        def within(unit: int, length: int, before: list[Act] = before, now: int = act.time) -> list[Act]:
            return [each for each in before if each.time // unit >= now // unit - length]

        def some(acts: list[Act], *kind: str) -> list[Act]:
            return [each for each in acts if each.kind[: len(kind)] == kind]

        def spent(acts: list[Act]) -> int:
            return sum(each.value for each in some(acts, "orders") if each.value > -(2**63))

        rules = {
            "rich": spent(within(DAY, 3)) >= 10_000 and not some(before, "orders", "refund"),
            "keen": (len(some(within(DAY, 7), "clicks")) >= 2 or some(before, "downloads"))
            and not some(within(HOUR, 2), "emails", "opened"),
            "happy": any(9_000 <= each.value <= 10_000 for each in some(within(HOUR, 1), "feedback")),
            "back": len(before) > len(within(HOUR, 24)),
            "new": len(before) < 2,
        }
        holding = [name for name, holds in rules.items() if holds]
        out.append("unknown" if act.visitor == NOBODY else (*holding, "other")[0])
    return out


def judged(past: History, acts: list[Act]) -> list[str]:
    return [(*RULES, "other", "unknown")[index] for index in past.judge(acted(acts)).rules["d"].tolist()]


@settings(max_examples=300)
@given(_acts, st.lists(st.integers(1, 10), max_size=40), st.booleans())
def test_what_came_before_tells_however_batched(drafts: list[Act], sizes: list[int], settles: bool) -> None:
    acts, past, found = timed(drafts), history(**RULES), list[str]()
    with pytest.MonkeyPatch.context() as patch:
        if settles:
            patch.setattr("streams.behaviour.buckets._SMALL", 2)
        while len(found) < len(acts):
            batch = acts[len(found) :][: sizes.pop() if sizes else None]
            past.forget(START + batch[0].time)
            found += judged(past, batch)
    assert found == plainly(acts)


def test_no_event_moves_itself() -> None:
    past = history(once="clicks", twice="clicks >= 2")
    assert past.judge(acted([Act(0, 1), Act(0, 1), Act(0, 2)])).rules["d"].tolist() == [2, 0, 2]


def test_who_comes_late_is_judged_by_what_was_before() -> None:
    past = history(lately="clicks in 3d")
    past.add(acted([Act(10 * DAY, 1)]))
    assert past.judge(acted([Act(9 * DAY, 1)])).rules["d"].tolist() == [1]
    assert past.judge(acted([Act(10 * DAY, 1)])).rules["d"].tolist() == [0]


def test_a_copy_goes_its_own_way() -> None:
    past = history(once="clicks")
    past.add(acted([Act(0, 1)]))
    other = past.copy()
    other.add(acted([Act(1, 2)]))
    now = acted([Act(2, 1), Act(2, 2)])
    assert past.copy().judge(now).rules["d"].tolist() == [0, 1]
    assert other.judge(now).rules["d"].tolist() == [0, 0]


def test_memory_is_of_the_spans_asked_for() -> None:
    """One visitor a minute for 50 days, of which 3 are asked for; and ever, of which a visitor has one."""
    past = history(lately="clicks in 3d", sold="won")
    for day in range(50):
        past.forget(START + day * DAY)
        past.add(acted([Act(day * DAY + minute * 60_000, minute % 50) for minute in range(1440)]))
        past.add(acted([Act(day * DAY + DAY - 1, 7, ("leads", "won"))]))
    assert len(past) <= 5 * 50 + 1 + 4096
    assert past.any_of(np.array([7, 8])).tolist() == [True, True]
    past.forget(START + 60 * DAY)
    assert past.any_of(np.array([7, 8])).tolist() == [True, False]


def test_no_rules_nothing_kept() -> None:
    past = history()
    assert not past
    past.add(acted([Act(0, 1)]))
    assert len(past) == 0
