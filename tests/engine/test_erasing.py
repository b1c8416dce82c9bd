"""Who is deleted from `profiles` is known no more, whatever is read again."""

from __future__ import annotations

import json

import numpy as np
from aiokafka.record.default_records import DefaultRecordBatchBuilder

from streams.engine.batches import Answer, Batch
from streams.engine.erasing import erasing
from streams.engine.fetching import Fetched
from streams.events.topics import PROFILES, SOURCE_TOPICS
from streams.panes import codec
from streams.panes.partition import SourcePartition
from tests.engine.made import Made, fetched
from tests.panes.history import MEASURES, MINUTE, SETTINGS, START, heartbeat

ERASING = erasing(SETTINGS.dimensions)
NOTHING = {"industry": None, "tier": None}


def test_of_whom_and_when() -> None:
    records = [
        Made(7, b"v1", b"{}", START),
        Made(8, "Zoë".encode(), None, START),
        Made(9, b"\xff", None, START),
        Made(10, None, None, START),
        Made(11, b"v1", None, -1),
        Made(12, b"v1", b"", START),
    ]
    offsets, values, _ = fetched(records).columns(8, ERASING)
    assert offsets.tolist() == [8, 9, 10, 11, 12]
    assert [json.loads(value) if value else value for value in values] == [
        {"visitor_id": "Zoë", "timestamp": START, "traits": NOTHING}, None, None, None, b"",
    ]  # fmt: skip
    assert list(fetched(records).columns(11).values) == [None, b""], "elsewhere it is a record without a value"


def test_as_kafka_has_it() -> None:
    builder = DefaultRecordBatchBuilder(2, 3, 0, -1, 0, 0, 1_000_000)
    for offset, value in enumerate((b'{"visitor_id": "v0"}', None)):
        assert builder.append(offset, START + offset, b"v%d" % offset, value, [])
    answer = Answer(bytes(builder.build()))
    data = answer.next_bytes()
    _, values, _ = Fetched(0, 2, [Batch(answer.next_batch(), data)], None).columns(0, ERASING)
    said = [json.loads(value or b"") for value in values]
    assert said == [{"visitor_id": "v0"}, {"visitor_id": "v1", "timestamp": START + 1, "traits": NOTHING}]


def event(minute: int, **traits: str) -> bytes:
    made = {"visitor_id": "v1", "event_id": str(minute), "timestamp": START + minute * MINUTE, "traits": traits}
    return json.dumps(made).encode()


def read(core: SourcePartition, log: dict[str, list[bytes | None]]) -> None:
    for topic, values in log.items():
        core.take(topic, np.arange(len(values)), values)
    core.advance()


def industries(core: SourcePartition) -> dict[str, int]:
    """Clicks by industry."""
    out: dict[str, int] = {}
    for change in core.changes():
        if change.value is not None:
            snapshot = codec.decode(change.value)
            column = snapshot.measures.index("clicks")
            for value, row in snapshot.counts["industry"].items():
                out[value] = out.get(value, 0) + row[column]
    return out


def test_from_then_on_the_traits_are_unset_for_a_successor_too() -> None:
    erased = ERASING(Made(2, b"v1", None, START + 10 * MINUTE))
    log: dict[str, list[bytes | None]] = {
        topic: [heartbeat(START), heartbeat(START + 30 * MINUTE)] for topic in SOURCE_TOPICS
    }
    log[PROFILES][1:1] = [json.dumps({"visitor_id": "v1", "traits": {"industry": "mining"}}).encode(), erased]
    log["clicks"][1:1] = [event(1, industry="pharma"), event(9), event(11), event(12)]
    core = SourcePartition(0, SETTINGS, MEASURES)
    core.load({}, None, {}, {}, {}, {})
    read(core, log)
    assert industries(core) == {"pharma": 2, "unknown": 2}
    assert not core.dead_letters
    traits = core.traits()

    # Kafka has forgotten the profile and that it was erased; what an event has said is read again.
    log[PROFILES] = [heartbeat(START), heartbeat(START + 30 * MINUTE)]
    log["clicks"][1:] = [
        event(1, industry="pharma"),
        event(13),
        event(14, industry="steel"),
        event(15),
        heartbeat(START + 30 * MINUTE),
    ]
    successor = SourcePartition(0, SETTINGS, MEASURES)
    successor.load({}, None, traits, {}, {}, {})
    read(successor, log)
    assert industries(successor) == {"unknown": 2, "steel": 2}
