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

from streams.engine import keys
from streams.engine.ingest import commit
from streams.engine.logs import OncePerWhile
from streams.engine.outbox import Outbox
from streams.settings import DIMENSIONS

names = st.from_regex(r"[A-Za-z][A-Za-z0-9_-]*", fullmatch=True)


@given(st.integers(0, 3), st.integers(0, 2**45))
def test_a_pane_s_key_is_read_as_written(level: int, start: int) -> None:
    assert keys.parse_pane(keys.pane((level, start))) == (level, start)


@given(names, st.integers(0, 99), st.integers(0, 3), st.integers(0, 2**45))
def test_keys_on_segment_panes(dimension: str, partition: int, level: int, start: int) -> None:
    pane, mark = keys.segment_pane(dimension, partition, (level, start)), keys.watermark(dimension, partition)
    assert keys.dimension_of(pane) == keys.dimension_of(mark) == dimension
    assert (keys.is_watermark(pane), keys.is_watermark(mark)) == (False, True)


def test_the_owner_is_the_same_in_every_process() -> None:
    """Not Python's hash, which differs from process to process: changing it would leave dimensions without panes."""
    assert [keys.owner(name, 4) for name in DIMENSIONS] == [0, 1, 0, 2, 2, 0, 1, 1]


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
