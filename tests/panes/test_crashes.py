"""Visitors' history over crashes: the segment of each event is the same as if nobody had died.

Few shards are written a checkpoint, so that what a successor finds is of different moments, and before each of its
records a worker dies now and then.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from streams.events.topics import SOURCE_TOPICS
from streams.settings import Dimension
from tests.panes.history import DAY, MINUTE, SETTINGS, START, Happening, heartbeat, record
from tests.panes.reader import Reader, sent_again
from tests.panes.summed import assert_exact, summed, wanted

VISITORS = 6
KINDS = [
    *(("downloads", None), ("clicks", None), ("emails", "opened"), ("orders", "order")),
    *(("leads", "created"), ("leads", "mql"), ("leads", "won")),
]


class Draft(NamedTuple):
    """An event, what comes of it besides, and how long after the one before it is (minutes)."""

    gap: int
    visitor: int
    kind: tuple[str, str | None]
    again: int  # rounds later in which it is sent again; 0: it is not
    late: bool  # after it an event of somebody else comes, 100 minutes late; two rounds later one more of theirs
    pause: bool  # then some time in which nothing happens


_drafts = st.lists(
    st.builds(
        Draft,
        st.sampled_from([0, 0, 1, 1, 7, 7, 25, 25, 70, 70, 70, 600]),
        st.integers(0, VISITORS - 1),
        st.sampled_from(KINDS),
        st.sampled_from([0, 0, 1, 2]),
        st.sampled_from([False, False, False, True]),
        st.booleans(),
    ),
    min_size=20,
    max_size=40,
)


class Turn(NamedTuple):
    """So many rounds of the log are read, then a checkpoint, in which it dies before step `dies` if any."""

    rounds: int
    dies: int | None
    dies_after: bool


_turns = st.lists(
    st.builds(Turn, st.integers(1, 3), st.none() | st.integers(0, 12), st.booleans()), min_size=8, max_size=20
)


class Round(NamedTuple):
    """What is written to the topics; then heartbeats (ms) that say that nothing of before will come."""

    events: list[Happening]
    beats: list[int]


def told(drafts: list[Draft]) -> tuple[list[Round], list[Happening]]:
    """The rounds, and what is to be counted."""
    time, rounds, happened = START, list[Round](), list[Happening]()
    again: dict[int, list[Happening]] = {}
    later: dict[int, list[Happening]] = {}
    for number, draft in enumerate(drafts):
        time += draft.gap * MINUTE
        worth, content = (float(number % 3), None), "pq"[number % 2]
        it = Happening(time, *draft.kind, draft.visitor, number + 1, None, None, worth, content)
        theirs = it._replace(visitor=VISITORS + number, ident=None)
        new = [it, *(each._replace(time=time) for each in later.pop(number, ()))]
        if draft.late:
            new.append(theirs._replace(time=time - 100 * MINUTE))
            later.setdefault(number + 2, []).append(theirs)
        sent_again = [each for each in again.pop(number, ()) if time - each.time <= 25 * MINUTE]
        again.setdefault(number + draft.again, []).append(it)
        rounds.append(Round(new + sent_again, [time, *[time + s * 1_000 for s in (20, 40) if draft.pause]]))
        happened += new
        time += 60_000 * draft.pause
    return rounds, happened


def log_of(rounds: list[Round]) -> dict[str, list[bytes]]:
    """Each round has one record more in each topic at least."""
    log = {topic: [heartbeat(START - MINUTE)] for topic in SOURCE_TOPICS}
    for each in rounds:
        for topic, records in log.items():
            records += [record(it) for it in each.events if it.topic == topic]
            records += map(heartbeat, each.beats)
    for records in log.values():
        records.append(heartbeat(max(START + 4 * DAY, rounds[-1].beats[-1] + DAY)))
    return log


def lived(reader: Reader, turns: list[Turn]) -> None:
    for turn in turns:
        for topic in SOURCE_TOPICS:
            reader.read(topic, 2 * turn.rounds)
        if turn.dies is None:
            reader.checkpoint()
        if turn.dies is not None or turn.dies_after:
            reader.run([("crash", turn.dies if turn.dies is not None else -1, 0)])
    reader.finish()


@pytest.mark.parametrize(("shards", "at_once"), [(256, 1), (256, 2), (3, 1)])
@settings(max_examples=100)
@given(_drafts, _turns)
def test_any_crash_between_any_two_steps(
    shards: int,
    at_once: int,
    drafts: list[Draft],
    turns: list[Turn],
) -> None:
    rounds, happened = told(drafts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("streams.behaviour.shards._AT_ONCE", at_once)
        patch.setattr("streams.behaviour.shards.SHARDS", shards)
        reader = Reader(log_of(rounds))
        lived(reader, turns)
    assert_exact([reader], happened)


def test_nothing_is_written_before_all_is_read_again_that_a_shard_contains() -> None:
    """It was written in a checkpoint that changed no pane and did not come to its end."""
    downloads = [Happening(START, "downloads", None, visitor, None, None, None) for visitor in (0, 1)]
    log = {topic: [heartbeat(START + m * MINUTE) for m in (-1, 2, 4)] for topic in SOURCE_TOPICS}
    log["downloads"][1:1] = map(record, downloads)

    def read_to(beat: int) -> None:
        for topic in SOURCE_TOPICS:
            reader.read(topic, beat + 2 * (topic == "downloads" and beat > 1))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("streams.behaviour.shards._AT_ONCE", 1)
        reader = Reader(log)
        read_to(2)
        reader.checkpoint()
        read_to(1)
        reader.run([("crash", 1, 0)])
        assert len(reader.shards) == 2
        read_to(2)
        assert not reader.core.caught_up
        read_to(1)
        assert reader.core.caught_up


def test_what_was_sent_again_is_once_in_history_though_a_restart_reads_back_to_the_second_only() -> None:
    """It has changed no shard since: that it is dealt with is what the predecessor's progress says."""
    order = Happening(START, "orders", "order", 0, 7, None, None, (12.0, None))
    click = Happening(START + 40 * MINUTE, "clicks", None, 0, None, None, None)
    reader = sent_again(order)
    reader.log["clicks"].append(record(click))
    for topic in SOURCE_TOPICS:
        reader.log[topic].append(heartbeat(START + DAY))
    reader.finish()
    assert_exact([reader], [order, click])


@given(_drafts)
def test_edited_settings_keep_what_did_not_change(drafts: list[Draft]) -> None:
    """On restart a dimension has come, one has gone, and another has one rule more: what others count is the same."""
    rounds, happened = told(drafts)
    old = SETTINGS.dimensions
    stage = Dimension(behaviour={"new": "not seen before 3d", "mailed": "emails in 90d"})
    kept = {name: old[name] for name in old if name != "tier_x_heat"}
    edited = {**kept, "stage": stage, "plan": Dimension(trait="plan")}
    reader = Reader(log_of(rounds))
    for _ in range(4):
        for topic in SOURCE_TOPICS:
            reader.read(topic, 5)
        reader.checkpoint()
    reader.settings = structs.replace(SETTINGS, dimensions=edited)
    reader.run([("crash", -1, 0)])
    reader.finish()
    found = summed([reader])
    expected = wanted(reader, happened, found)
    for dimension in ("heat", "industry"):
        assert {c: n for c, n in found.items() if c[1] == dimension} == {
            c: n for c, n in expected.items() if c[1] == dimension
        }
    assert {dimension for _, dimension, *_ in found} >= {"stage", "plan"}
