"""What an event must have; and that a person who reads the dead letter learns what would be right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.events.decode import Event, Problem
from streams.events.times import UNREAD
from streams.events.topics import HEARTBEAT, PROFILES, SOURCES
from streams.events.validate import Valid, too_far_ahead, validate, validate_plain

AT = 1_767_225_600_000


@pytest.mark.parametrize("topic", SOURCES)
def test_the_topic_names_the_event_unless_it_has_several(topic: str) -> None:
    found = validate(topic, Event(timestamp=AT, visitor_id="v"))
    if SOURCES[topic].default is None:
        assert isinstance(found, Problem)
        assert found.reason == "unknown_event"
        assert all(name in found.detail for name in SOURCES[topic].names)
    else:
        assert found == Valid(AT, "v", SOURCES[topic].default or "")


@pytest.mark.parametrize(
    ("event", "visitor"),
    [
        (Event(timestamp=AT, visitor_id="a", user_id="b", anonymous_id="c"), "a"),
        (Event(timestamp=AT, user_id="b", anonymous_id="c"), "b"),
        (Event(timestamp=AT, visitor_id="", user_id=7), "7"),
        (Event(timestamp=AT, visitor_id=0), "0"),
        (Event(timestamp=AT, anonymous_id="c"), "c"),
    ],
)
def test_who_it_is(event: Event, visitor: str) -> None:
    assert validate("clicks", event) == Valid(AT, visitor, "click")


@pytest.mark.parametrize(
    ("topic", "event", "reason", "detail"),
    [
        ("clicks", Event(visitor_id="v"), "missing_timestamp", "required, ISO 8601 or milliseconds"),
        ("clicks", Event(visitor_id="v", timestamp=-1), "bad_timestamp", "-1 is not a time"),
        ("clicks", Event(visitor_id="v", timestamp=1e300), "bad_timestamp", "1e+300 is not a time"),
        ("clicks", Event(visitor_id="v", timestamp=AT // 1000), "bad_timestamp", "seconds, not ms?"),
        ("clicks", Event(visitor_id="v", timestamp="1970-01-01"), "bad_timestamp", "the year 2000"),
        ("clicks", Event(timestamp=0, event=HEARTBEAT), "bad_timestamp", "the year 2000"),
        ("clicks", Event(visitor_id="v", timestamp="never"), "bad_timestamp", "'never' is neither ISO 8601 nor milli"),
        ("clicks", Event(visitor_id="v", timestamp="2026-02-30"), "bad_timestamp", "'2026-02-30' is neither ISO 8601"),
        ("clicks", Event(timestamp=AT), "missing_visitor", "visitor_id (or userId, anonymousId): required"),
        ("clicks", Event(timestamp=AT, visitor_id=""), "missing_visitor", "required"),
        (PROFILES, Event(traits={}), "missing_visitor", "required"),
        ("emails", Event(timestamp=AT, visitor_id="v", event="read"), "unknown_event", "'read' is none of bounced"),
    ],
)
def test_what_is_missing_or_wrong(topic: str, event: Event, reason: str, detail: str) -> None:
    found = validate(topic, event)
    assert isinstance(found, Problem)
    assert found.reason == reason
    assert detail in found.detail


def test_a_profile_may_be_of_any_time_and_of_none() -> None:
    assert validate(PROFILES, Event(visitor_id="v")) == Valid(0, "v", "")
    assert validate(PROFILES, Event(visitor_id="v", timestamp="1985-05-01T00:00:00Z")) == Valid(
        483_753_600_000, "v", ""
    )


def test_a_heartbeat_needs_nobody() -> None:
    assert validate("clicks", Event(timestamp=AT, event=HEARTBEAT)) == Valid(AT, "", HEARTBEAT)


def test_spending_needs_nobody() -> None:
    assert validate("spend", Event(timestamp=AT)) == Valid(AT, "", "spend")
    assert validate("spend", Event(timestamp=AT, user_id="u", event="search")) == Valid(AT, "u", "search")


def test_any_name_on_a_topic_without_names() -> None:
    assert validate("clicks", Event(timestamp=AT, visitor_id="v", event="cta")) == Valid(AT, "v", "cta")


events = st.builds(
    Event,
    timestamp=st.none() | st.sampled_from([AT, AT + 0.5, -1, 5, "2026-01-01T00:00:00.000Z", "2026-01-01", "never"]),
    visitor_id=st.none() | st.sampled_from(["v", "", 0, 7]),
    user_id=st.none() | st.just("u"),
    event=st.none() | st.sampled_from(["", HEARTBEAT, "sent", "click", "won"]),
)


@given(st.sampled_from([PROFILES, *SOURCES]), st.lists(events, max_size=5))
def test_many_at_once_are_what_they_are_one_by_one(topic: str, events: list[Event]) -> None:
    time, visitor, name = validate_plain(topic, events)
    for event, *found in zip(events, time.tolist(), visitor, name, strict=True):
        valid = validate(topic, event)
        if found[0] != UNREAD:
            default = "" if topic == PROFILES else SOURCES[topic].default
            assert isinstance(valid, Valid)
            assert valid == (found[0], found[1], "" if topic == PROFILES else found[2] or default)


def test_plain_ones_are_not_looked_at_one_by_one() -> None:
    texts = [Event(timestamp="2026-01-01T00:00:00.000Z", visitor_id="v", event=name) for name in (None, "click", "x")]
    assert validate_plain("clicks", texts).time.tolist() == [AT] * 3
    assert validate_plain("emails", [Event(timestamp=AT, visitor_id="v", event="sent")]).time.tolist() == [AT]
    assert validate_plain(PROFILES, [Event(visitor_id="v")] * 2).time.tolist() == [0, 0]


def test_too_far_ahead() -> None:
    assert too_far_ahead(AT + 600_000, AT, 600_000) is None
    found = too_far_ahead(AT + 600_001, AT, 600_000)
    assert found is not None
    assert found == Problem("too_far_ahead", "timestamp: 600 s ahead of the clock")
