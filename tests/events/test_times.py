"""Many timestamps at once are what they are one by one."""

from __future__ import annotations

import sys
from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from streams.events.times import UNREAD, Timestamp, milliseconds, plain_milliseconds

moments = st.datetimes(datetime(1969, 1, 2), datetime(9999, 12, 30), timezones=st.just(timezone.utc))
plain = moments.map(lambda moment: moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"))
odd = st.sampled_from(
    ["2026-02-30T00:00:00.000Z", "2026-01-01T24:00:00.000Z", "2026-01-01T00:00:00,000Z", "+026-01-01T00:00:00.000Z"]
)
texts = plain | odd | plain.map(lambda text: text.replace("Z", "+00:00")) | st.text(max_size=25)


def slowly(timestamp: Timestamp) -> int | None:
    try:
        return milliseconds(timestamp)
    except ValueError:
        return None


@given(st.lists(plain | odd, max_size=5) | st.lists(texts, max_size=5) | st.lists(st.integers(-5, 2**70), max_size=5))
@example(["2026-01-01T00:00:00.000Z"] * 3)
def test_what_is_read_at_once_is_right(timestamps: list[Timestamp]) -> None:
    for timestamp, found in zip(timestamps, plain_milliseconds(timestamps).tolist(), strict=True):
        assert found in (UNREAD, slowly(timestamp))


@given(st.lists(plain, min_size=1, max_size=5))
def test_plain_ones_are_read(timestamps: list[str]) -> None:
    expected = [slowly(timestamp) for timestamp in timestamps]
    assert plain_milliseconds(timestamps).tolist() == [UNREAD if time is None else time for time in expected]


@pytest.mark.parametrize("timestamps", [[None, 5], [1.5, 2.5], [True], ["a", 3], []])
def test_others_are_looked_at_one_by_one(timestamps: list[Timestamp | None]) -> None:
    assert plain_milliseconds(timestamps).tolist() == [UNREAD] * len(timestamps)


NOON = datetime(2026, 1, 2, 12, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-01-02T12:00:00Z", NOON),
        ("2026-01-02T12:00:00.000Z", NOON),
        ("2026-01-02T12:00:00.123456Z", NOON.replace(microsecond=123_000)),
        ("2026-01-02T13:30:00+01:30", NOON),
        ("2026-01-02T07:00:00-05:00", NOON),
        ("2026-01-02T12:00:00", NOON),
        ("2026-01-02 12:00:00", NOON),
        ("2026-01-02 12:00:00+00:00", NOON),
        ("2026-01-02T12:00", NOON),
        ("2026-01-02T12:00Z", NOON),
        ("2026-01-02", NOON.replace(hour=0)),
        (1767355200000, NOON),
        (1767355200000.9, NOON),
        pytest.param(
            "20260102T120000Z",
            NOON,
            marks=pytest.mark.skipif(sys.version_info < (3, 11), reason="Python 3.11 reads it"),
        ),
    ],
)
def test_forms_of_time(written: Any, meant: datetime) -> None:
    assert milliseconds(written) == round(meant.timestamp() * 1000)


@given(st.datetimes(datetime(1970, 1, 2), datetime(9999, 12, 30), timezones=st.timezones()))
def test_any_moment(moment: datetime) -> None:
    if moment.utcoffset().seconds % 60 == 0:  # type: ignore[union-attr] # offsets of before 1900 have seconds
        assert milliseconds(moment.isoformat()) == round(moment.timestamp() * 1000)


@pytest.mark.parametrize(
    "written", ["0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "9999-12-31T23:59:59-10:00", -1, 1e17]
)
def test_times_that_no_calendar_has(written: Timestamp) -> None:
    assert milliseconds(written) is None


@pytest.mark.parametrize("written", ["never", "", "2026-02-30", "2026-01-01T00:00:00.000ZZ"])
def test_texts_that_are_no_times(written: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        milliseconds(written)
