"""Which alerts make one page."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from streams.messages import Alert, State
from streams.scoring.alerts.alert import fired
from streams.scoring.alerts.facts import Facts, Weight
from streams.scoring.alerts.grouping import Groups, Page
from streams.settings import Dimension

DIMENSIONS = {
    "tier": Dimension(trait="tier"),
    "industry": Dimension(trait="industry"),
    "both": Dimension(cross=("tier", "industry")),
}
SEGMENTS = [("tier", "2"), ("tier", "3"), ("industry", "pharma"), ("both", "2 × pharma"), ("both", "3 × pharma")]


def alert(dimension: str, value: str, impact: float = 0.0, kpi: str = "win", state: State = "under") -> Alert:
    facts = Facts(
        kind="shift",
        state=state,
        dimension=dimension,
        value=value,
        kpi=kpi,
        window="1h",
        since=0,
        numerator=30,
        denominator=100,
        rest_numerator=400,
        rest_denominator=1000,
    )
    return fired(1, facts, Weight(-0.25, 0.1, impact, 50.0, 0.0, []))


def over(alert: Alert) -> Alert:
    return msgspec.structs.replace(alert, status="resolved", at=9, reason="back to its usual")


def told(pages: list[Page]) -> list[tuple[str, str, int]]:
    return [(page.head.status, page.head.value, len(page.members)) for page in pages]


PARENT = alert("industry", "pharma", -9)
CHILD, OTHER_CHILD = alert("both", "2 × pharma", -4), alert("both", "3 × pharma", -5)


def test_parent_and_children_are_one_page_by_the_heaviest() -> None:
    groups = Groups(DIMENSIONS)
    assert told(groups.take([CHILD, PARENT, OTHER_CHILD])) == [("firing", "pharma", 3)]
    assert not groups.take([over(PARENT), over(CHILD)])
    (page,) = groups.take([over(OTHER_CHILD)])
    assert (page.head.fingerprint, page.head.status, page.head.at) == (PARENT.fingerprint, "resolved", 9)


def test_a_child_that_comes_later_is_no_page_of_its_own() -> None:
    groups = Groups(DIMENSIONS)
    assert told(groups.take([PARENT])) == [("firing", "pharma", 1)]
    assert not groups.take([CHILD])
    assert not groups.take([over(CHILD)])
    assert told(groups.take([over(PARENT)])) == [("resolved", "pharma", 1)]


def test_a_parent_that_comes_later_makes_one_page_of_its_children_s() -> None:
    groups = Groups(DIMENSIONS)
    assert len(groups.take([CHILD, OTHER_CHILD, alert("tier", "3", -1)])) == 2, "one with a tier, one without"
    groups = Groups(DIMENSIONS)
    assert len(groups.take([CHILD, OTHER_CHILD])) == 2
    assert not groups.take([msgspec.structs.replace(PARENT, at=3)])
    ((_, members),) = groups.open
    assert {member.value for member in members} == {"pharma", "2 × pharma", "3 × pharma"}
    assert {page.head.value for page in groups.told} == {"2 × pharma", "3 × pharma"}
    copied = groups.copy()
    for each in (groups, copied):
        assert not each.take([over(CHILD), over(PARENT)])
        assert told(each.take([over(OTHER_CHILD)])) == [("resolved", "3 × pharma", 1), ("resolved", "2 × pharma", 1)]
        assert not each.open


def test_a_parent_leaves_to_another_what_is_not_all_its_own() -> None:
    groups = Groups(DIMENSIONS)
    groups.take([OTHER_CHILD])
    groups.take([CHILD, alert("tier", "2", -20)])
    assert not groups.take([PARENT])
    assert sorted(len(page.members) for page in groups.open) == [2, 2]


def test_kpis_of_one_segment_are_one_page_whatever_their_direction() -> None:
    assert len(Groups(DIMENSIONS).take([PARENT, alert("industry", "pharma", 1, "clicks", "over")])) == 1


def test_what_is_not_of_one_cause_is_not_one_page() -> None:
    better = alert("both", "2 × pharma", 4, state="over")
    assert len(Groups(DIMENSIONS).take([PARENT, better, alert("tier", "3")])) == 3
    siblings = Groups(DIMENSIONS).take([CHILD, OTHER_CHILD])
    assert len(siblings) == 2
    assert len(Groups(DIMENSIONS).take([alert("both", "2 × pharma × x"), PARENT])) == 2


def test_a_notice_does_not_hide_what_happens_now() -> None:
    groups = Groups(DIMENSIONS)
    groups.take([msgspec.structs.replace(PARENT, kind="level", fingerprint="level")])
    assert told(groups.take([PARENT])) == [("firing", "pharma", 1)]


def test_again_within_one_batch() -> None:
    again = msgspec.structs.replace(PARENT, at=12)
    groups = Groups(DIMENSIONS)
    assert [status for status, *_ in told(groups.take([again, over(PARENT), PARENT]))] == [
        "firing",
        "resolved",
        "firing",
    ]
    assert told(groups.take([msgspec.structs.replace(over(PARENT), at=20)])) == [("resolved", "pharma", 1)]


def test_an_end_of_which_the_beginning_is_not_known() -> None:
    assert told(Groups(DIMENSIONS).take([over(PARENT)])) == [("resolved", "pharma", 1)]


alerts = st.builds(
    lambda segment, kpi, impact: alert(segment[0], segment[1], impact, kpi),
    st.sampled_from(SEGMENTS),
    st.sampled_from(["win", "clicks"]),
    st.sampled_from([-3.0, -2.0, -1.0]),
)


@given(st.lists(st.lists(alerts, max_size=4, unique_by=lambda a: a.fingerprint), max_size=4), st.randoms())
def test_what_begins_ends_and_the_order_within_a_tick_is_nothing(ticks: list[list[Alert]], random: object) -> None:
    one, other = Groups(DIMENSIONS), Groups(DIMENSIONS)
    firing: dict[str, Alert] = {}
    begun = []
    for together in ticks:
        new = [a for a in together if a.fingerprint not in firing]
        firing |= {a.fingerprint: a for a in new}
        pages = one.take(new)
        shuffled = list(new)
        getattr(random, "shuffle")(shuffled)  # noqa: B009
        assert other.take(shuffled) == pages
        begun += [page.head.fingerprint for page in pages]
    ended = [page.head.fingerprint for a in firing.values() for page in one.take([over(a)])]
    assert sorted(begun) == sorted(ended)
    assert len(begun) <= len(firing)
