"""Keys, the outbox and the log filter."""

from __future__ import annotations

import asyncio
import logging
from types import SimpleNamespace
from typing import Any, cast

import pytest
from faust.types import TP
from hypothesis import given
from hypothesis import strategies as st

from streams.engine import keys, progress
from streams.engine.ingest import commit
from streams.engine.logs import OncePerWhile
from streams.engine.membership import member_of
from streams.engine.outbox import Outbox
from streams.panes.progress import Progress
from streams.settings import DIMENSIONS, Kafka, Settings
from streams.settings.sections import Serve

names = st.from_regex(r"[A-Za-z][A-Za-z0-9_-]*", fullmatch=True)


@given(st.integers(0, 3), st.integers(0, 2**45))
def test_a_pane_s_key_is_read_as_written(level: int, start: int) -> None:
    assert keys.parse_pane(keys.pane((level, start))) == (level, start)


@given(names)
def test_openings_are_told_from_panes_by_their_key(name: str) -> None:
    key = keys.openings(name)
    assert keys.is_openings(key)
    assert keys.parse_openings(key) == name
    assert not keys.is_openings(keys.pane((0, 5)))
    assert not keys.is_openings(progress.PROGRESS)
    assert progress.newer(key, b"a fact", b"a fact"), "it is not looked into"


@given(names, st.integers(0, 99), st.integers(0, 3), st.integers(0, 2**45))
def test_keys_on_segment_panes(dimension: str, partition: int, level: int, start: int) -> None:
    pane, mark = keys.segment_pane(dimension, partition, (level, start)), keys.watermark(dimension, partition)
    assert keys.dimension_of(pane) == keys.dimension_of(mark) == dimension
    assert (keys.is_watermark(pane), keys.is_watermark(mark)) == (False, True)


def test_the_owner_is_the_same_in_every_process() -> None:
    """Not Python's hash, which differs from process to process: changing it would leave dimensions without panes."""
    assert [keys.owner(name, 4) for name in DIMENSIONS] == [0, 1, 0, 2, 2, 0, 1, 1]


def test_panes_of_a_cross_go_to_those_who_score_its_parts_too() -> None:
    assert keys.readers("city_tier_x_industry", DIMENSIONS, 4) == [0, 1, 2], "its own, and of tier and industry"
    assert keys.readers("city_tier_x_industry", DIMENSIONS, 1) == [0], "once"
    assert keys.readers("country", DIMENSIONS, 4) == [2]


class Producer:
    """Acknowledges when told."""

    def __init__(self) -> None:
        self.sent: list[tuple[Any, ...]] = []
        self.futures: list[asyncio.Future[None]] = []

    async def send(self, *record: Any) -> asyncio.Future[None]:
        self.sent.append(record)
        self.futures.append(asyncio.get_running_loop().create_future())
        return self.futures[-1]


async def _outbox() -> None:
    producer = Producer()
    outbox = Outbox(cast("Any", producer))
    await outbox.settle()
    await outbox.send("topic", b"k", b"v", 3)
    await outbox.send("topic", b"k", None)
    assert producer.sent == [("topic", b"k", b"v", 3, None, None), ("topic", b"k", None, None, None, None)]
    settling = asyncio.ensure_future(outbox.settle())
    await asyncio.sleep(0.01)
    producer.futures[0].set_result(None)
    await asyncio.sleep(0.01)
    assert not settling.done(), "one is not acknowledged yet"
    producer.futures[1].set_result(None)
    await asyncio.wait_for(settling, 1)
    await outbox.send("topic", b"k", b"v")
    producer.futures[2].set_exception(ConnectionError("no broker"))
    with pytest.raises(ConnectionError, match="no broker"):
        await outbox.settle()


def test_the_outbox_waits_for_every_acknowledgement() -> None:
    asyncio.run(_outbox())


marks = st.builds(
    Progress,
    offsets=st.dictionaries(st.sampled_from(["clicks", "leads"]), st.integers(0, 9)),
    resume=st.just({}),
    watermark=st.integers(0, 9),
    newest=st.just({}),
    sessions=st.just({}),
)


@given(marks, marks)
def test_of_two_marks_of_progress_the_one_that_has_seen_more_stands(one: Progress, other: Progress) -> None:
    a, b = progress.encode(one), progress.encode(other)
    assert progress.newer(progress.PROGRESS, a, a)
    if progress.newer(progress.PROGRESS, a, b) and progress.newer(progress.PROGRESS, b, a):
        assert (one.watermark, one.offsets) == (other.watermark, other.offsets)
    further = progress.encode(one._replace(watermark=one.watermark + 1))
    assert progress.newer(progress.PROGRESS, further, a)
    assert not progress.newer(progress.PROGRESS, a, further), "a worker that wakes does not set its successor back"
    behind = progress.encode(one._replace(offsets={topic: offset - 1 for topic, offset in one.offsets.items()}))
    assert not one.offsets or not progress.newer(progress.PROGRESS, behind, a)


@pytest.mark.parametrize(
    ("member", "port", "expected"),
    [("auto", 9309, "a-host-9309"), ("auto", 0, None), ("", 9309, None), ("one", 0, "one")],
)
def test_a_worker_is_the_same_member_after_a_restart(
    member: str, port: int, expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "a host")
    assert member_of(Settings(kafka=Kafka(member=member), worker=Serve(port=port))) == expected


def test_of_empty_topics_nothing_is_committed() -> None:
    """aiokafka raises, and the worker would begin again for ever, until the first event."""
    committed: list[dict[TP, int]] = []

    async def refuse_nothing(offsets: dict[TP, int]) -> None:
        assert offsets
        committed.append(offsets)

    app = SimpleNamespace(consumer=SimpleNamespace(_commit=refuse_nothing))
    asyncio.run(commit(app, {}))
    asyncio.run(commit(app, {TP("clicks", 0): 1}))
    assert committed == [{TP("clicks", 0): 1}]


def record(name: str, line: int, text: str, *args: object, broken: bool = False) -> logging.LogRecord:
    error = (ValueError, ValueError("secret"), None) if broken else None
    return logging.LogRecord(name, logging.ERROR, "library.py", line, text, args, error)


def test_a_library_says_one_thing_once_in_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("streams.engine.logs.time.monotonic", lambda: now)
    quiet = OncePerWhile()
    first = record("aiokafka", 7, "cannot reach %s:\nTraceback", "b:1", broken=True)
    assert quiet.filter(first)
    assert logging.Formatter("%(message)s").format(first) == "cannot reach b:1:"
    assert not quiet.filter(record("aiokafka", 7, "cannot reach %s", "b:2"))
    assert quiet.filter(record("aiokafka", 8, "something else"))
    assert quiet.filter(record("segpulse.worker", 7, "ours"))
    assert quiet.filter(record("segpulse.worker", 7, "ours"))
    now += 30
    assert quiet.filter(record("aiokafka", 7, "cannot reach %s", "b:2"))
