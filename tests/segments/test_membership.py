"""Who somebody was at the time of each event, against a dict and a loop."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.segments.membership import Membership
from streams.segments.registry import text
from streams.settings import Dimension
from tests.events.made import columns

DIMENSIONS = {
    "industry": Dimension(trait="industry"),
    "both": Dimension(cross=("tier", "industry", "campaign")),
    "campaign": Dimension(field="campaign"),
    "tier": Dimension(trait="city tier"),
}
NAMES = ["v0", "v1", "v2"]  # of the visitors, by row
Said = tuple[int, int, int, str, dict[str, Any] | None]  # step, visitor, topic (0: a profile), campaign, traits

_traits = st.dictionaries(st.sampled_from(["industry", "city tier", "shoe size"]), st.sampled_from(["a", 2, None, ""]))
said = st.lists(
    st.tuples(
        st.integers(0, 2), st.integers(0, 2), st.integers(0, 2), st.sampled_from(["x", "unknown"]), st.none() | _traits
    ),
    max_size=30,
)


def names(membership: Membership, events: list[tuple[int, Said]]) -> list[dict[str, str]]:
    fields = [[membership.registry.id("campaign", each[3])] for _, each in events]
    made = columns(
        [time for time, _ in events],
        [e[2] for _, e in events],
        [e[1] for _, e in events],
        [e[4] for _, e in events],
        fields,
    )
    ids = membership.of(made).member.tolist()
    return [dict(membership.registry.names[segment] for segment in row) for row in ids]


def plainly(events: list[tuple[int, Said]]) -> list[dict[str, str]]:
    known: dict[int, dict[str, str]] = {}
    out = []
    for _, (_, visitor, _, campaign, traits) in events:
        theirs = known.setdefault(visitor, {})
        theirs.update({trait: text(value) for trait, value in (traits or {}).items()})
        industry, tier = theirs.get("industry", "unknown"), theirs.get("city tier", "unknown")
        parts = [tier, industry, campaign]
        both = "unknown" if "unknown" in parts else " × ".join(parts)
        out.append({"industry": industry, "tier": tier, "campaign": campaign, "both": both})
    return out


def timed(said: list[Said]) -> list[tuple[int, Said]]:
    """In the order in which events are taken: by time, profiles first."""
    time, out = 0, []
    for each in said:
        time += each[0]
        out.append((time, each))
    return sorted(out, key=lambda event: (event[0], event[1][2]))


@given(said, st.lists(st.integers(1, 10), max_size=30), st.booleans())
def test_as_of_the_event_s_time_however_batched(said: list[Said], sizes: list[int], successor: bool) -> None:
    events = timed(said)
    membership, found = Membership(DIMENSIONS), list[dict[str, str]]()
    told: dict[str, Any] = {}
    while len(found) < len(events):
        batch = events[len(found) :][: sizes.pop() if sizes else None]
        found += names(membership, batch)
        told |= membership.known.said(NAMES)
        if successor and not any(topic == 0 and traits for _, (_, _, topic, _, traits) in events):
            membership = Membership(DIMENSIONS)
            membership.known.load([NAMES.index(name) for name in told], list(told.values()))
    assert found == plainly(events)


def test_older_word_does_not_replace_newer() -> None:
    membership = Membership(DIMENSIONS)
    names(membership, [(10, (0, 1, 0, "x", {"industry": "new"}))])
    late = names(membership, [(5, (0, 1, 1, "x", {"industry": "old", "city tier": 3}))])
    assert [late[0]["industry"], late[0]["tier"]] == ["new", "3"]
    assert names(membership, [(11, (0, 1, 1, "x", None))])[0]["industry"] == "new"


def test_what_events_say_is_told_once_and_profiles_are_not() -> None:
    membership = Membership(DIMENSIONS)
    names(membership, [(10, (0, 1, 0, "x", {"industry": "a"})), (11, (0, 2, 1, "x", {"industry": "b"}))])
    assert membership.known.said(NAMES) == {"v2": {"industry": ("b", 11)}}
    assert membership.known.said(NAMES) == {}


def test_of_traits_that_nobody_asks_for_or_that_are_older_nothing_is_told() -> None:
    membership = Membership(DIMENSIONS)
    names(membership, [(10, (0, 0, 1, "x", {"shoe size": 43})), (11, (0, 1, 1, "x", {"industry": "a"}))])
    assert membership.known.said(NAMES) == {"v1": {"industry": ("a", 11)}}
    names(membership, [(5, (0, 1, 1, "x", {"industry": "old"}))])
    assert membership.known.said(NAMES) == {}


def test_a_profile_that_unsets_what_was_known_is_told() -> None:
    membership = Membership(DIMENSIONS)
    names(membership, [(10, (0, 0, 1, "x", {"industry": "a"})), (20, (0, 0, 1, "x", {"city tier": 2}))])
    membership.known.said(NAMES)
    names(membership, [(15, (0, 0, 0, "x", {"industry": None, "city tier": None}))])
    names(membership, [(15, (0, 1, 0, "x", {"industry": None, "city tier": None}))])
    assert membership.known.said(NAMES) == {"v0": {"industry": ("unknown", 15), "city tier": ("2", 20)}}


def test_a_copy_goes_its_own_way() -> None:
    membership = Membership(DIMENSIONS)
    names(membership, [(10, (0, 1, 0, "x", {"industry": "a"}))])
    other = membership.copy()
    names(other, [(11, (0, 1, 0, "x", {"industry": "b"}))])
    assert names(membership, [(12, (0, 1, 1, "x", None))])[0]["industry"] == "a"
    assert names(other, [(12, (0, 1, 1, "x", None))])[0]["industry"] == "b"


_CROWDED = {
    "industry": Dimension(trait="industry", max_values=1),
    "campaign": Dimension(field="campaign", max_values=1),
    "both": Dimension(cross=("industry", "campaign"), max_values=1),
}


@settings(max_examples=20)
@given(
    st.lists(st.tuples(st.sampled_from(["unknown", *"abcdef"]), st.sampled_from(["unknown", *"uvwxyz"])), max_size=60),
    st.lists(st.integers(1, 30)),
)
def test_what_finds_no_room_is_the_events_however_batched(pairs: list[tuple[str, str]], sizes: list[int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("streams.segments.registry._MARGIN", 3)
        membership, overflowed = Membership(_CROWDED), Counter[str]()
    left = list(enumerate(pairs))
    while left:
        batch, left = left[: (size := sizes.pop() if sizes else len(left))], left[size:]
        fields = [[membership.registry.id("campaign", campaign)] for _, (_, campaign) in batch]
        said: list[dict[str, Any] | None] = [{"industry": industry} for _, (industry, _) in batch]
        member = membership.of(columns([t for t, _ in batch], [1] * len(batch), [0] * len(batch), said, fields)).member
        overflowed += {name: int(which.sum()) for name, which in membership.overflowing(member).items()}
    expected, named = Counter[str](), {name: set[str]() for name in _CROWDED}
    for industry, campaign in pairs:
        both = "unknown" if "unknown" in (industry, campaign) else f"{industry} × {campaign}"
        for name, value in {"industry": industry, "campaign": campaign, "both": both}.items():
            if value not in named[name] | {"unknown"}:
                if len(named[name]) == 3:
                    expected[name] += 1
                else:
                    named[name].add(value)
    assert overflowed == expected


def test_of_a_cross_no_more_is_kept_than_it_has_room_for() -> None:
    dimensions = {
        "a": Dimension(trait="a"),
        "c": Dimension(field="campaign"),
        "b": Dimension(cross=("a", "c"), max_values=1),
    }
    membership = Membership(dimensions)
    for batch in range(10):
        said: list[dict[str, Any] | None] = [{"a": f"{batch} {n}"} for n in range(100)]
        fields = [[membership.registry.id("c", str(n % 7) if n % 7 else "unknown")] for n in range(100)]
        membership.of(columns([batch] * 100, [1] * 100, list(range(100)), said, fields))
    assert sum(map(len, membership._crossed.values())) <= 20


_any_value = st.sampled_from(["a", "b", "1", 1, 1.0, True, 0, False, None, "", [1], {"a": 1}, 2.5])
_profiles = st.lists(
    st.tuples(
        st.integers(0, 2), st.none() | st.dictionaries(st.sampled_from(["industry", "city tier", "size"]), _any_value)
    ),
    max_size=12,
)


@given(_profiles, _profiles, st.integers(0, 12))
def test_profiles_learnt_are_profiles_taken(
    before: list[tuple[int, dict[str, Any] | None]], profiles: list[tuple[int, dict[str, Any] | None]], apart: int
) -> None:
    """To learn them is to take them where nobody asks who somebody was in between."""
    taking, learning = Membership(DIMENSIONS), Membership(DIMENSIONS)
    for membership in (taking, learning):
        names(membership, [(5, (0, 0, 1, "x", None)), *((5, (0, visitor, 1, "x", said)) for visitor, said in before)])
    for time in (0, 9):
        for batch in (profiles[:apart], profiles[apart:]):
            if batch:
                names(taking, [(time, (0, visitor, 0, "x", said)) for visitor, said in batch])
            visitors, traits = [visitor for visitor, _ in batch], [traits for _, traits in batch]
            learning.known.learn(columns([time] * len(batch), [0] * len(batch), visitors, traits))
        events = [(time, (0, visitor, 1, "x", None)) for visitor in range(3)]
        assert names(learning, events) == names(taking, events)  # type: ignore[arg-type]
