"""What an event is worth: exactly, in one currency, or why not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.events.amounts import LARGEST, NONE, Amounts
from streams.events.decode import Event
from streams.events.topics import PROFILES

AMOUNTS = Amounts("EUR", {"USD": 0.92, "IDR": 0.000058})


def thousandths(topic: str, **fields: object) -> int:
    (found,), problems = AMOUNTS.of(topic, [Event(**fields)])  # type: ignore[arg-type]
    assert not problems
    return int(found)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1200.0, 1_200_000), (19.99, 19_990), (0.1, 100), (-3.5, -3_500), (0.0004, 0), (0.0006, 1), (LARGEST, 10**12)],
)
def test_a_value_in_thousandths(value: float, expected: int) -> None:
    assert thousandths("orders", value=value) == expected
    assert thousandths("feedback", value=value) == expected


def test_money_is_in_one_currency() -> None:
    assert thousandths("orders", value=100.0, currency="USD") == 92_000
    assert thousandths("spend", value=1_000_000.0, currency="IDR") == 58_000
    assert thousandths("leads", value=5e9, currency="IDR") == 290_000_000, "its bound is in the base currency"
    assert thousandths("orders", value=100.0, currency="EUR") == 100_000
    assert thousandths("orders", value=100.0, currency="") == 100_000


def test_what_is_no_money_has_no_currency() -> None:
    assert thousandths("feedback", value=9.0, currency="stars") == 9_000
    assert thousandths("orders", currency="DM") == NONE, "nothing of it is counted"


def test_no_value() -> None:
    assert thousandths("orders") == NONE
    assert thousandths(PROFILES, value=1e300) == NONE


@pytest.mark.parametrize(
    ("fields", "reason", "detail"),
    [
        ({"value": 1.1e9}, "bad_value", "value: 1100000000.0 is not within 1,000,000,000 EUR of 0"),
        ({"value": float("nan")}, "bad_value", "value: nan is not within"),
        ({"value": float("-inf")}, "bad_value", "value: -inf is not within"),
        ({"value": 2e9, "currency": "USD"}, "bad_value", "value: 2000000000.0 is not within"),
        ({"value": 1.0, "currency": "usd"}, "unknown_currency", "currency: 'usd' has no rate; set money.rates to what"),
        ({"value": 1.0, "currency": "DM"}, "unknown_currency", "what one is in EUR"),
    ],
)
def test_what_is_wrong(fields: dict[str, object], reason: str, detail: str) -> None:
    fine = Event(value=1.0)
    values, problems = AMOUNTS.of("orders", [fine, Event(**fields), fine])  # type: ignore[arg-type]
    assert values[[0, 2]].tolist() == [1000, 1000]
    assert list(problems) == [1]
    assert problems[1].reason == reason
    assert detail in problems[1].detail


@given(st.lists(st.floats(-1e6, 1e6) | st.none()), st.randoms())
def test_sums_are_the_same_in_any_order(values: list[float | None], random: object) -> None:
    events = [Event(value=value) for value in values]
    found, _ = AMOUNTS.of("orders", events)
    random.shuffle(events)  # type: ignore[attr-defined]
    again, _ = AMOUNTS.of("orders", events)
    assert found[found != NONE].sum() == again[again != NONE].sum()
    assert abs(found[found != NONE].sum() - 1000 * sum(v for v in values if v is not None)) <= 0.51 * len(values)
