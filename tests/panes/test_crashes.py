"""Visitors' history over crashes: the segment of each event is the same as if nobody had died.

Few shards are written a checkpoint, so that what a successor finds is of different moments, and before each of its
records a worker dies now and then.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.events.topics import SOURCE_TOPICS
from tests.panes.history import MINUTE, START, Happening, heartbeat, record
from tests.panes.reader import Reader
from tests.panes.summed import assert_exact

VISITORS = 6
KINDS = [("downloads", None), ("clicks", None), ("emails", "opened"), ("leads", "won"), ("orders", "order")]
#: After so many minutes, who did what, with which id, and so many minutes before it is read: some more than lateness.
_drafts = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 7, 25, 70]),
        st.integers(0, VISITORS - 1),
        st.sampled_from(KINDS),
        st.none() | st.integers(1, 2),
        st.sampled_from([False, False, False, True]),
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


def told(drafts: list[tuple[int, int, tuple[str, str | None], int | None, bool]]) -> list[list[Happening | int]]:
    """By round what is written to the topics, and a heartbeat (ms) that says that no more of before will come."""
    time, rounds = START, list[list[Happening | int]]()
    for gap, visitor, (topic, event), ident, again in drafts:
        time += gap * MINUTE
        it = Happening(time, topic, event, visitor, ident, None, None, (12.0, None))
        rounds.append([it, it, time] if again and ident is not None else [it, time])
    return rounds


def log_of(rounds: list[list[Happening | int]]) -> dict[str, list[bytes]]:
    """Each round has one record more in each topic at least."""
    log = {topic: [heartbeat(START - MINUTE)] for topic in SOURCE_TOPICS}
    for each in rounds:
        for it in each:
            for topic, records in log.items():
                if isinstance(it, int):
                    records.append(heartbeat(it))
                elif it.topic == topic:
                    records.append(record(it))
    for records in log.values():
        records.append(heartbeat(START + 48 * 3_600_000))
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
    drafts: list[tuple[int, int, tuple[str, str | None], int | None, bool]],
    turns: list[Turn],
) -> None:
    rounds = told(drafts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("streams.behaviour.shards._AT_ONCE", at_once)
        patch.setattr("streams.behaviour.shards.SHARDS", shards)
        reader = Reader(log_of(rounds))
        lived(reader, turns)
    assert_exact([reader], [it for each in rounds for it in each if isinstance(it, Happening)])
