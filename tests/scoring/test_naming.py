"""Which values are named is decided by the counts at the ticks, and a successor decides alike."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from streams.messages import PaneSnapshot
from streams.scoring.naming import Naming
from tests.scoring.test_scorer import BRIEF, Message, pane, passed, scorer


def test_the_first_by_name_find_room_and_the_rest_is_other() -> None:
    naming = Naming(2)
    values = ["c", "unknown", "b", "a"]
    naming.assign(values, np.ones(4, dtype=np.bool_), np.zeros(0, dtype=np.bool_))
    assert sorted(str(name) for name in naming.names) == ["a", "b", "other", "unknown"]
    totals = np.arange(4, dtype=np.int64).reshape(1, 4, 1) + 1
    folded = dict(zip(naming.names, naming.fold(values, totals)[0, :, 0].tolist(), strict=True))
    assert folded == {"a": 4, "b": 3, "other": 1, "unknown": 2}
    assert naming.folded == 1


_steps = st.lists(st.sets(st.sampled_from(["a", "b", "c", "d", "e", "other", "unknown"])), max_size=12)


@given(_steps, st.integers(0, 3))
def test_as_a_plain_set_of_names_says(steps: list[set[str]], room: int) -> None:
    """`steps`: what has counts at each tick. Each value counts one more than the one before it."""
    naming, values, named, seen, folded_values = Naming(room), list[str](), set[str](), set[str](), 0
    for present in steps:
        values += sorted(present - set(values), reverse=True)
        named -= {name for name in named if name != "other" and name not in seen}
        for value in sorted(present - named):
            if value in ("other", "unknown") or len(named - {"other", "unknown"}) < room:
                named.add(value)
            else:
                named.add("other")
        active = np.array([value in present for value in values], dtype=np.bool_)
        folded_values += len(present - named)
        ahead = naming.copy()  # must not take the original with it
        ahead.assign(values, ~active, np.zeros(len(naming.names), dtype=np.bool_))
        naming.assign(values, active, np.array([name in seen for name in naming.names], dtype=np.bool_))
        assert {name for name in naming.names if name is not None} == named
        assert naming.folded == folded_values
        counts = {value: i + 1 for i, value in enumerate(values) if value in present}
        folded = naming.fold(values, np.array([counts.get(v, 0) for v in values], dtype=np.int64).reshape(1, -1, 1))
        expected = {value: count for value, count in counts.items() if value in named and value != "other"}
        rest = sum(count for value, count in counts.items() if value not in expected)
        seen = {*expected, *(["other"] if rest else [])}
        found = dict(zip(naming.names, folded[0, :, 0].tolist(), strict=True))
        assert {name: count for name, count in found.items() if count} == expected | ({"other": rest} if rest else {})


def test_one_that_left_and_comes_back_at_once_has_no_older_claim_to_a_name_than_in_a_successor() -> None:
    lead = (4, 8)
    always = {"c": lead, "d": lead}
    minutes = [{"b": lead} | always, *[always] * 5, {"a": lead, "b": lead} | always]
    messages: list[Message] = [pane(0, minute, counts) for minute, counts in enumerate(minutes)]

    first = scorer(1, BRIEF)
    for message in messages[:6]:
        assert isinstance(message, PaneSnapshot)
        first.offer(message)
    first.offer_watermark(passed(0, 6))
    assert not [alert for alerts in first.ticks() for alert in alerts]
    successor = scorer(1, BRIEF)
    saved = first.save()
    assert saved is not None
    successor.restore(saved)
    for each in (first, successor):
        for message in messages:
            assert isinstance(message, PaneSnapshot)
            each.offer(message)
        each.offer_watermark(passed(0, 7))
        assert not [alert for alerts in each.ticks() for alert in alerts]
    assert [score.value for score in first.scores()] == [score.value for score in successor.scores()]
    assert list(first.scores()) == list(successor.scores())
