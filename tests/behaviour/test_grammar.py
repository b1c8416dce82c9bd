"""Rules as text: what they mean, and what is said where they mean nothing."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from itertools import chain

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.behaviour.grammar import RuleError, parse
from streams.behaviour.rules import DAY, EVER, HOUR, Comparison, Quantity, holds, quantities
from streams.events.topics import SOURCES


@pytest.mark.parametrize(
    ("text", "comparison"),
    [
        ("downloads >= 2 in 7d", Comparison(Quantity("downloads", DAY, 7), None, ">=", 2)),
        ("won", Comparison(Quantity("leads.won", EVER, 0), None, ">=", 1)),
        ("attendance.attended<3", Comparison(Quantity("attendance.attended", EVER, 0), None, "<", 3)),
        ("seen in 48h", Comparison(Quantity("seen", HOUR, 48), None, ">=", 1)),
        ("seen in 2d", Comparison(Quantity("seen", HOUR, 48), None, ">=", 1)),
        ("clicks = 0 in 3d", Comparison(Quantity("clicks", DAY, 3), None, "=", 0)),
        ("sum(orders.value) >= 99.5 in 90d", Comparison(Quantity("orders.value", DAY, 90), None, ">=", 99_500)),
        ("seen before 7d", Comparison(Quantity("seen", EVER, 0), Quantity("seen", DAY, 7), ">=", 1)),
        ("feedback.nps.detractors in 30d", Comparison(Quantity("feedback.nps.detractors", DAY, 30), None, ">=", 1)),
    ],
)
def test_comparisons(text: str, comparison: Comparison) -> None:
    assert parse(text) == comparison


@pytest.mark.parametrize(
    ("text", "python"),
    [
        ("clicks or downloads and leads", "c or (d and l)"),
        ("not clicks and downloads", "(not c) and d"),
        ("not (clicks or not downloads) or leads", "(not (c or not d)) or l"),
        ("(clicks or downloads) and (downloads or leads) and not leads", "(c or d) and (d or l) and not l"),
    ],
)
def test_not_goes_before_and_before_or(text: str, python: str) -> None:
    bits = np.array([[n >> k & 1 for n in range(8)] for k in range(3)])
    amounts = {Quantity(m): row for m, row in zip(("clicks", "downloads", "leads"), bits, strict=True)}
    assert set(quantities(parse(text))) <= amounts.keys()
    wanted = [bool(eval(python, {}, dict(zip("cdl", row, strict=True)))) for row in bits.T.tolist()]
    assert holds(parse(text), amounts).tolist() == wanted


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "at its end: write seen, page_views, clicks,"),
        ("wno in 7d", "column 1, 'wno': write seen, page_views, clicks, .* did you mean won?"),
        ("downloads >=", "at its end: write a whole number"),
        ("downloads >= 1.5", "column 14, '1.5': write a whole number"),
        ("downloads in 7w", "column 14, '7w': write a span of 1h to 48h or of 1d to 90d, like 7d"),
        ("downloads in 49h", "column 14, '49h': write a span"),
        ("downloads in 91d", "column 14, '91d': write a span"),
        ("downloads in 0d", "column 14, '0d': write a span"),
        ("orders.value >= 3", r"column 1, 'orders.value': that is a sum: write sum\(orders.value\)"),
        ("sum(orders) >= 3", "column 5, 'orders': what is summed is .* did you mean orders.value?"),
        ("sum(orders.value)", "at its end: a sum is compared with a number"),
        ("(won or lost", r"at its end: write '\)'"),
        ("won lost", "column 5, 'lost': write and, or, or nothing more"),
        ("won; import os", "column 4, ';': write and, or, or nothing more"),
        ("sessions >= 2", "column 1, 'sessions': write seen, page_views"),
        ("(" * 300 + "won", "a rule has 200 words at most"),
    ],
)
def test_refused(text: str, message: str) -> None:
    with pytest.raises(RuleError, match=message):
        parse(text)


@given(st.text(st.sampled_from("()<>= seenwonorandnot.7dh"), max_size=40) | st.text(max_size=20))
def test_any_text_is_a_rule_or_refused(text: str) -> None:
    with suppress(RuleError):
        parse(text)


def test_no_two_topics_have_an_event_of_one_name_so_that_it_can_stand_alone() -> None:
    names = Counter(chain.from_iterable(source.names for source in SOURCES.values()))
    assert set(names.values()) == {1}
    assert not names.keys() & SOURCES.keys()
