"""Values too large for a record are there whole, or as they were before, however a checkpoint was cut short."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.engine import keys, large, parts, progress
from streams.engine.large import Arriving, Parting
from streams.engine.outbox import Outbox
from streams.engine.source import Held, Source, restored
from streams.engine.writing import Writing
from streams.events.mark import Mark
from streams.events.topics import SEGMENT_PANES, SOURCE_TOPICS
from streams.messages import PaneSnapshot
from streams.panes import codec
from streams.panes.partition import SourcePartition
from streams.settings import Dimension, Kafka
from tests.panes.history import MEASURES, MINUTE, SETTINGS, START, heartbeat

LIMIT = 2_000  # bytes of a record; parts are as small, and a little
MORE = 60
KEYS = [b"0/1", b"progress"]

_values = st.tuples(st.sampled_from(KEYS), st.none() | st.integers(1, 400))
_checkpoints = st.lists(st.tuples(_values, st.booleans(), st.none() | st.integers(0, 6)), max_size=20)


def stored(held: dict[bytes, bytes], key: bytes, value: bytes | None, newer: Callable[..., bool]) -> None:
    if value is None:
        held.pop(key, None)
    elif key not in held or newer(key, value, held[key]):
        held[key] = value


@settings(max_examples=300)
@given(_checkpoints)
def test_the_last_that_was_written_whole_is_read(each: list[Any]) -> None:
    """Each: a key, the size of the value that it is given (None: it is taken back), whether it is of the same events as
    the one before, and after how many of its records the worker dies, if it does."""

    def of(_: bytes, new: bytes, old: bytes) -> bool:
        return int(new[:4]) >= int(old[:4])

    newer = large.newer(of)
    held, parting, arriving = dict[bytes, bytes](), Parting(), Arriving()
    last, arrived, seen = dict[bytes, bytes](), dict[bytes, bytes](), 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "LARGEST", 50)
        for (key, size), same, dies in each:
            seen += not same
            if same and size is not None:  # of the same events what is written later has more
                size = max(size, len(last.get(key, b"")))
            value = None if size is None else b"%04d" % seen + np.random.default_rng(size).bytes(size)
            records = list(parting.records(key, value, Mark(seen, {})))
            for record in records[:dies]:
                assert record[1] is None or len(record[1]) <= 50 + MORE
                stored(held, *record, newer)
                if record[1] is not None and (whole := arriving.take(record[0], record[1])) is not None:
                    arrived[whole[0]] = whole[1]
            if dies is None or dies >= len(records):
                last |= {} if value is None else {key: value}
                if value is None:
                    last.pop(key, None)
                    arrived.pop(key, None)
                    assert not any(each.startswith(key) for each in held)
            elif value is None:  # its successor does it again
                for record in records:
                    stored(held, *record, newer)
                last.pop(key, None)
                arrived.pop(key, None)
            if dies is not None:
                parting = Parting()
                assert parting.read(held, of) == last
            assert Parting().read(held, of) == last
            assert arrived == last


def test_parts_that_compaction_has_left_go_with_the_value() -> None:
    """The first of them was replaced, and then all were taken back: a scorer that began there would keep the rest."""
    value = np.random.default_rng(1).bytes(3 * parts.LARGEST)
    _, *left = Parting().records(b"d", value, Mark(0, {}))
    arriving = Arriving()
    for key, part in left:
        assert part is not None
        assert arriving.take(key, part) is None
    assert arriving._parts
    arriving.gone(b"d")
    assert not arriving._parts


def test_of_what_a_predecessor_may_have_sent_all_is_taken_back() -> None:
    value = np.random.default_rng(1).bytes(5 * parts.LARGEST)
    sent = dict(Parting().records(b"d", value, Mark(0, {})))
    successor = Parting()
    successor.suspect(b"d", len(value))
    assert sent.keys() <= {key for key, value in successor.records(b"d", None, Mark(1, {})) if value is None}


# -- a worker ---------------------------------------------------------------------------------------------------

_CROWDED = msgspec.structs.replace(
    SETTINGS, dimensions={**SETTINGS.dimensions, "job": Dimension(trait="job", max_values=1000)}
)


class Broker:
    """Refuses what is too large; keeps the last of each key, and on segment_panes all."""

    def __init__(self) -> None:
        self.logs: dict[str, dict[bytes, bytes]] = defaultdict(dict)
        self.said: list[tuple[bytes, bytes]] = []

    async def send(self, topic: str, key: bytes, value: bytes | None, *_: object) -> Awaitable[None]:
        assert value is None or len(value) <= LIMIT + MORE, f"MessageSizeTooLargeError: {topic} {key!r}"
        stored(self.logs[topic], key, value, lambda *_: True)
        if topic == SEGMENT_PANES and value is not None:
            self.said.append((key, value))
        done = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done

    def source(self) -> Source:
        core = SourcePartition(0, _CROWDED, MEASURES)
        return restored(core, Held(self.logs["panes"], {}, self.logs["history"]), {}, _CROWDED.dimensions)

    def write(self, source: Source, now: int | None) -> None:
        tables = {name: SimpleNamespace(changelog_topic_name=name) for name in ("panes", "traits", "history")}
        chosen = msgspec.structs.replace(_CROWDED, kafka=Kafka(partitions=1))
        writing = Writing(cast("Any", SimpleNamespace(settings=chosen, **tables)))

        async def write() -> None:
            outbox = Outbox(cast("Any", self))
            await writing.write(outbox, 0, source.take_due(now), news=True)
            await outbox.settle()

        asyncio.run(write())

    def panes(self) -> dict[bytes, PaneSnapshot]:
        values = Parting().read(self.logs["panes"], progress.newer)
        return {key: codec.decode(value) for key, value in values.items() if key != progress.PROGRESS}


def log(visitors: int) -> dict[str, list[bytes]]:
    """Everybody has a job of their own, and buys; a minute later everything is over, but for one view."""
    events = [
        json.dumps(
            {
                "visitor_id": f"{n * 0x9E3779B97F4A7C15 % 2**64:016x}",
                "timestamp": START + n,
                "traits": {"job": "職" * 30 + str(n)},
            }
        ).encode()
        for n in range(visitors)
    ]
    out = {topic: [heartbeat(START - MINUTE), heartbeat(START + 5 * MINUTE)] for topic in SOURCE_TOPICS}
    late = json.dumps({"visitor_id": "v", "timestamp": START + 290_000, "traits": {"job": "early"}}).encode()
    out["orders"][1:1] = [*events, late]
    return out


def test_noisy_values_fill_no_record_beyond_what_kafka_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "LARGEST", LIMIT)
    monkeypatch.setattr("streams.behaviour.shards.SHARDS", 1)
    broker, visitors = Broker(), 500
    source, records = broker.source(), log(visitors)
    for topic, values in records.items():
        source.core.take(topic, np.arange(len(values)), values)
    source.core.advance()
    broker.write(source, START + 5 * MINUTE)
    assert any(b"#" in key for key in broker.logs["panes"]), "nothing was large"
    assert any(b"#" in key for key in broker.logs["history"]), "nothing was large"
    (pane,) = [pane for pane in broker.panes().values() if pane.start == START]
    assert len(pane.counts["job"]) == visitors

    arriving = Arriving()
    whole = dict(filter(None, (arriving.take(*record) for record in broker.said)))
    sent = {key: value for key, value in whole.items() if not keys.is_watermark(key)}
    for dimension, part in codec.by_dimension(pane).items():
        assert codec.decode(sent[keys.segment_pane(dimension, 0, (0, START))]) == part
    (early,) = codec.decode_watermark(whole[keys.watermark("job", 0)]).early.values()
    assert early.keys() == {"early"}

    successor = broker.source()
    for topic, values in records.items():
        successor.core.take(topic, np.arange(len(values)), values)
        later = [heartbeat(START + 10 * 86_400_000)]
        successor.core.take(topic, np.arange(len(values), len(values) + 1), later)
    successor.core.advance()
    broker.write(successor, None)
    day = broker.panes()[keys.pane((3, START))]
    assert day.counts["job"].keys() - {"early"} == pane.counts["job"].keys()
    for topic, rolled_up in {"panes": b"0/", SEGMENT_PANES: b"job/0/0/"}.items():
        assert not [key for key in broker.logs[topic] if key.startswith(rolled_up)]
