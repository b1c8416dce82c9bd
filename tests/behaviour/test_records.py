"""Shards of history as they are written: read as written, and by another configuration as far as it asks for it."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

from streams.behaviour.grammar import parse
from streams.behaviour.history import History
from streams.behaviour.shards import SHARDS
from streams.events.columns import Ints
from streams.events.mark import Mark, newer
from tests.behaviour.made import DAY, HOUR, NAMES, START, Act, acted, history

NOW = Mark(START + 10 * DAY, {"clicks": 99, "leads": 99})
ACTS = [Act(n * HOUR, n % 7, ("leads", "won") if n % 5 == 0 else ("clicks", "")) for n in range(100)]


def rows(names: list[str]) -> Ints:
    return np.array([NAMES.index(name) for name in names], dtype=np.int64)


def written(past: History, now: Mark = NOW) -> dict[int, bytes]:
    out: dict[int, bytes] = {}
    while due := past.due(now):
        out |= {shard: value for shard, value in due.items() if value is not None}
    return out


def successor(shards: dict[int, bytes], past: History, **rules: str) -> History:
    other = history(**rules)
    other.load(shards, past.marked(), NOW, rows)  # type: ignore[arg-type]
    return other


def judged(past: History) -> list[int]:
    found: list[int] = past.judge(acted([Act(12 * DAY, visitor) for visitor in range(8)], 200)).rules["d"].tolist()
    return found


def test_a_successor_knows_the_same() -> None:
    rules = {"sold": "won >= 3", "lately": "clicks >= 4 in 9d", "once": "seen"}
    past = history(**rules)
    past.add(acted(ACTS))
    other = successor(written(past), past, **rules)
    other.add(acted(ACTS))  # read again: all of it is there
    assert len(other) == len(past)
    assert judged(other) == judged(past)
    assert len(set(judged(past))) > 2


def test_who_has_not_come_since_is_written_again_with_those_of_the_same_shard() -> None:
    names = [name for name in map(str, range(2_000)) if zlib.crc32(name.encode()) % SHARDS == 7][:2]
    past, other, last = (History({"d": [parse("won")]}, names) for _ in range(3))
    past.add(acted([Act(0, 0, ("leads", "won"))]))
    other.load(written(past), past.marked(), NOW, lambda found: np.array([names.index(name) for name in found]))
    other.add(acted([Act(11 * DAY, 1, ("leads", "won"))], 200))
    last.load(written(other), other.marked(), NOW, lambda found: np.array([names.index(name) for name in found]))
    assert last.any_of(np.array([0, 1])).all()


def test_few_are_written_at_once_in_turn_and_only_those_that_have_changed() -> None:
    past = history(sold="won")
    past.add(acted([Act(0, visitor, ("leads", "won")) for visitor in range(50)]))
    sizes, seen = [], set[int]()
    while due := past.due(NOW):
        sizes.append(len(due))
        assert not seen & due.keys()
        seen |= due.keys()
        past.add(acted([Act(1, 0, ("leads", "won"))]))  # one that changes all the time does not keep others waiting
        if len(seen) > 40:
            break
    assert max(sizes) == 4


def test_what_has_not_changed_is_as_good_as_written() -> None:
    past = history(sold="won")
    past.add(acted([Act(0, visitor, ("leads", "won")) for visitor in range(50)]))
    past.due(NOW)
    later = Mark(NOW.watermark + 1, {"clicks": 200})
    assert past.least is not None
    assert past.least.watermark < 0, "most have never been written"
    written(past, NOW)
    past.due(later)
    assert past.least.watermark == later.watermark


def test_a_rule_for_something_new_begins_where_it_is_declared() -> None:
    past = history(sold="won")
    past.add(acted(ACTS))
    other = successor(written(past), past, sold="won", lately="clicks in 90d")
    other.add(acted(ACTS))
    assert judged(other) == [*[0] * 7, 2]
    assert other.judge(acted([Act(13 * DAY, 7)], 300)).rules["d"].tolist() == [1]


def test_what_no_rule_asks_for_any_more_is_dropped_from_what_is_written() -> None:
    past = history(sold="won", lately="clicks in 90d")
    past.add(acted(ACTS))
    before = written(past)
    other = successor(before, past, sold="won")
    again = written(other)
    assert len(again) == 7
    assert all(value != before[shard] for shard, value in again.items())
    assert successor(again, other, sold="won").due(NOW) == {}, "nothing else is there any more"


def test_without_any_rule_it_is_removed() -> None:
    past = history(sold="won")
    past.add(acted(ACTS))
    shards = written(past)
    other = successor(shards, past)
    assert other.due(NOW) == dict.fromkeys(shards)
    assert other.due(NOW) == {}
    assert other.marked() == []


@pytest.mark.parametrize(("ahead", "stands"), [(0, True), (1, True), (-1, False)])
def test_of_two_records_the_one_that_has_seen_more_stands(ahead: int, stands: bool) -> None:
    values = list[bytes]()
    for more in (0, ahead):
        past = history(sold="won")
        past.add(acted([Act(0, 1, ("leads", "won"))]))
        values += written(past, Mark(NOW.watermark, {"leads": 99 + more})).values()
    old, new = values
    assert newer(new, old) == stands
