"""Bytes to events: whatever they hold, each record is judged by itself and by nothing but itself."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from streams.events.decode import MAX_RECORD, Event, Problem, decode, decode_one

GOOD = b'{"visitor_id":"v","timestamp":1767225600000,"event":"click"}'

#: Records that are wrong each in its own way; several of them look right to a parser that reads past their end.
ODD: list[bytes | None] = [
    None,
    b"",
    b" ",
    b"\n",
    b"{} {}",
    b"{}{}",
    b"{}\n{}",
    b"{} 0 {}",
    b'{"visitor_id":',
    b"1}",
    b'{"properties":{}',
    b'{"visitor_id":"a',
    b'b"}',
    b'{"visitor_id":"a}',
    b'{b"}',
    b'{"visitor_id":"a\nb"}',
    b'{"visitor_id"\n:"a"}',
    b'{"visitor_id":"\xff"}',
    b'{"visitor_id":"\\ud800"}',
    b"\xef\xbb\xbf{}",
    b"[" * 100_000,
    b'{"properties":{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}}",
    b'{"visitor_id":' + b"9" * 5_000 + b"}",
    b'{"timestamp":' + b"9" * 5_000 + b"}",
    b'{"timestamp":1e400}',
    b'{"timestamp":"2026-01-01","properties":{"a":1e400}}',
    b'{"timestamp":"2026-01-01", bad}',
    b'{"timestamp":"2026-01-01"',
    b'{"timestamp":"2026-01-01","visitor_id":"\xff"}',
    b'{"timestamp":"2026-01-01","traits":3}',
    b'{"timestamp":"never","timestamp":1}',
    b"[]",
    b"null",
    b"7",
    b"{}",
    b" {} ",
    b"{}\r",
    GOOD,
]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
fields = st.sampled_from(["event_id", "visitor_id", "userId", "timestamp", "event", "value", "properties", "traits"])
objects = st.dictionaries(fields, json_values, max_size=5).map(lambda tree: json.dumps(tree).encode())
records = (
    st.sampled_from(ODD) | objects | st.binary(max_size=30) | st.builds(lambda a, b: a[:b], objects, st.integers())
)


@given(st.lists(records, max_size=8))
@example([b"{} {}", b" "])
@example([b'{"visitor_id":', b"1}", b"{} {}"])
@example([b'{"visitor_id":"a}', b'{b"}', b"{}{}"])
def test_a_batch_is_decoded_as_its_records_are_one_by_one(values: list[bytes | None]) -> None:
    assert decode(values) == [decode_one(value) for value in values]


@given(st.lists(records, max_size=4), st.lists(records, max_size=4))
def test_a_good_record_survives_its_neighbours(before: list[bytes | None], after: list[bytes | None]) -> None:
    found = decode([*before, GOOD, *after])
    assert len(found) == len(before) + 1 + len(after)
    assert found[len(before)] == Event(visitor_id="v", timestamp=1767225600000, event="click")


@pytest.mark.parametrize("value", ODD, ids=range(len(ODD)))
def test_what_is_wrong_says_what_would_be_right(value: bytes | None) -> None:
    found = decode_one(value)
    if isinstance(found, Problem):
        assert found.reason in ("malformed", "wrong_type", "bad_timestamp")
        assert len(found.detail) > 10


@pytest.mark.parametrize(
    ("value", "reason", "detail"),
    [
        (b"", "malformed", "an event is a JSON object"),
        (b"[]", "malformed", "got `array`; an event is a JSON object"),
        (b"{,}", "malformed", "not JSON"),
        (b"{" + b" " * MAX_RECORD + b"}", "too_large", "1,000,002 bytes; at most 1,000,000"),
        (b'{"value":"3"}', "wrong_type", "Expected `float | null`, got `str` - at `$.value`"),
        (b'{"traits":[]}', "wrong_type", "Expected `object | null`, got `array` - at `$.traits`"),
        (b'{"timestamp":true}', "bad_timestamp", "got `bool` - at `$.timestamp`; write ISO 8601 or milliseconds"),
        (b'{"timestamp":1e400}', "bad_timestamp", "out of range"),
        (b'{"timestamp":"2026-01-01","value":"3"}', "wrong_type", "at `$.value`"),
        (b'{"timestamp":"2026-01-01",}', "malformed", "not JSON"),
    ],
)
def test_reasons(value: bytes, reason: str, detail: str) -> None:
    found = decode_one(value)
    assert isinstance(found, Problem)
    assert found.reason == reason
    assert detail in found.detail


def test_one_large_record_among_small_ones() -> None:
    large = b'{"content":"' + b"x" * MAX_RECORD + b'"}'
    found = decode([GOOD] * 3 + [large] + [GOOD] * 3)
    assert [isinstance(each, Event) for each in found] == [True] * 3 + [False] + [True] * 3
