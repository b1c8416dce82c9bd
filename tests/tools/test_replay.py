"""A file through `segpulse replay` and a real broker: all of it arrives, in order, and what cannot is a dead letter."""

from __future__ import annotations

import base64
import json
import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner
from kafka import KafkaConsumer, TopicPartition

from segpulse.cli import cli
from streams import settings
from streams.events.topics import DEAD_LETTERS, SOURCE_TOPICS
from streams.tools import topics
from streams.tools.files import mapping
from streams.tools.files.read import SourceRecord, read
from streams.tools.local.servers import Server
from tests.tools.conftest import EXAMPLES

PARTITIONS = 3
Place = tuple[str, int]  # topic, partition


class Broker(NamedTuple):
    """A broker with the topics on it, and who reads all that comes."""

    address: str
    consumer: KafkaConsumer

    @property
    def environ(self) -> dict[str, str]:
        return {"SEGPULSE_KAFKA_BROKER": self.address, "SEGPULSE_KAFKA_PARTITIONS": str(PARTITIONS)}

    def run(self, *arguments: str) -> dict[str, Any]:
        """What a command says in JSON."""
        result = CliRunner().invoke(cli, arguments, env=self.environ, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        summary = json.loads(result.stdout.splitlines()[-1])
        assert isinstance(summary, dict)
        return summary

    def arrived(self) -> dict[Place, list[tuple[str | None, bytes]]]:
        """(key, value) of all records since the last time, in their order. All that was sent is acknowledged.

        What is there is read until nothing comes: the embedded broker's end offsets are those of the last batch's
        first record.
        """
        found: dict[Place, list[tuple[str | None, bytes]]] = defaultdict(list)
        while polled := self.consumer.poll(timeout_ms=1_500):
            for place, records in polled.items():
                texts = ((r.key.decode() if r.key is not None else None, r.value) for r in records)
                found[place.topic, place.partition] += texts
        return found


@pytest.fixture(scope="module")
def broker(embedded_broker: Server) -> Iterator[Broker]:
    kafka = settings.Kafka(broker=embedded_broker.address, partitions=PARTITIONS)
    admin = topics.connect(kafka, 10)
    topics.create(admin, kafka)
    admin.close()
    with KafkaConsumer(bootstrap_servers=embedded_broker.address, max_poll_records=20_000) as consumer:
        read_from = [TopicPartition(topic, n) for topic in (*SOURCE_TOPICS, DEAD_LETTERS) for n in range(PARTITIONS)]
        consumer.assign(read_from)
        consumer.seek_to_beginning()
        yield Broker(embedded_broker.address, consumer)


def test_all_of_a_table_arrives_in_order_and_is_closed(broker: Broker, data: Path) -> None:
    file, map_file = data / "olist_marketing_qualified_leads_dataset.csv", EXAMPLES / "olist.toml"
    summary = broker.run("replay", str(file), "--mapping", str(map_file), "--json")
    expected = [record for record in read(file, mapping.load(map_file)) if isinstance(record, SourceRecord)]
    arrived = broker.arrived()

    by_visitor: dict[tuple[str, str | None], list[bytes]] = defaultdict(list)
    partitions: dict[str | None, set[int]] = defaultdict(set)
    for (topic, partition), records in arrived.items():
        promised = 0
        for key, value in records:
            event = json.loads(value)
            if event.get("event") == "heartbeat":
                promised = event["timestamp"]
            else:
                assert event["timestamp"] >= promised, "older than a heartbeat before it"
                by_visitor[topic, key].append(value)
                partitions[key].add(partition)
    sent: dict[tuple[str, str | None], list[bytes]] = defaultdict(list)
    for record in expected:
        sent[record.topic, record.key].append(record.value)
    assert by_visitor == sent
    assert {len(of_visitor) for of_visitor in partitions.values()} == {1}
    assert {n for of_visitor in partitions.values() for n in of_visitor} == set(range(PARTITIONS))

    closed = {"event": "heartbeat", "timestamp": 1_542_240_000_000 + 60_000}  # 2018-11-15, and the lateness
    last = {place: json.loads(records[-1][1]) for place, records in arrived.items()}
    assert last == {(topic, n): closed for topic in SOURCE_TOPICS for n in range(PARTITIONS)}
    assert summary["events"] == len(expected) == 16_842
    assert summary["sent"] == {"profiles": 8_000, "leads": 8_842}
    assert (summary["scored_to"], summary["dead_letters"]) == (1_542_240_000_000, {})


def test_what_cannot_be_sent_is_a_dead_letter_and_the_rest_goes_on(broker: Broker, tmp_path: Path) -> None:
    huge = '{"event":"click","visitor_id":"a","x":"' + base64.b64encode(os.urandom(4_000_000)).decode() + '"}'
    year_ahead = '{"event":"click","visitor_id":"a","timestamp":"2027-01-01T00:00:00Z"}'
    good = '{"event":"click","visitor_id":"%s","timestamp":"2026-01-01T00:00:0%dZ"}'
    no_visitor = '{"topic":"profiles","timestamp":"2026-01-01T00:00:00Z"}'
    file = tmp_path / "events.jsonl"
    written = [good % ("a", 1), "{bad", huge, '{"event":"dance"}', year_ahead, no_visitor, good % ("b", 9)]
    file.write_text("\n".join(written))
    summary = broker.run("replay", str(file), "--json")
    arrived = broker.arrived()
    letters = [json.loads(value) for n in range(PARTITIONS) for _, value in arrived.pop((DEAD_LETTERS, n), [])]
    assert {(d["reason"], d["offset"], d["size"]) for d in letters} == {
        ("malformed", 2, 4),
        ("unknown_topic", 4, 17),
        ("too_large", -1, len(huge)),
    }
    malformed, too_large = (next(d for d in letters if d["reason"] == r) for r in ("malformed", "too_large"))
    assert base64.b64decode(malformed["record"]) == b"{bad"
    assert base64.b64decode(too_large["record"]) == huge.encode()[:65_536]
    values = [value.decode() for records in arrived.values() for _, value in records]
    assert sorted(v for v in values if "heartbeat" not in v) == sorted([written[0], year_ahead, no_visitor, written[6]])
    # The time a year ahead is the worker's to refuse; it must not close everybody's windows.
    heartbeats = {json.loads(v)["timestamp"] for v in values if "heartbeat" in v}
    assert heartbeats == {1_767_225_610_000 + 60_000}
    assert summary["dead_letters"] == {"malformed": 1, "unknown_topic": 1, "too_large": 1}
    assert summary["events"] == 4


def test_shift_moves_the_last_event_to_now(broker: Broker, tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text('[visitor]\ncolumn="who"\n[time]\ncolumn="at"\n[[events]]\ntopic="clicks"\n')
    (tmp_path / "x.csv").write_text("who,at\na,2020-01-01T00:00:00\nb,2020-01-01T00:01:30\n")
    arguments = ("--mapping", str(tmp_path / "map.toml"), "--shift", "now", "--json")
    summary = broker.run("replay", str(tmp_path / "x.csv"), *arguments)
    times = {
        event["visitor_id"]: event["timestamp"]
        for records in broker.arrived().values()
        for event in (json.loads(value) for _, value in records)
    }
    assert times["b"] - times["a"] == 90_000
    assert times["b"] == summary["last"] > 1_700_000_000_000
    assert summary["scored_to"] is None


def test_a_file_of_simulated_events_arrives(broker: Broker, tmp_path: Path) -> None:
    out = tmp_path / "sim.jsonl"
    span = ("--start", "2026-01-05T08:00:00", "--for", "30m", "--visitors", "300")
    result = CliRunner().invoke(cli, ["simulate", *span, "--out", str(out)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    summary = broker.run("replay", str(out), "--json")
    arrived = broker.arrived()
    written = out.read_bytes().splitlines()
    values = [value for records in arrived.values() for _, value in records if b'"event":"heartbeat"' not in value]
    assert sorted(values) == sorted(written)
    assert summary["events"] == len(written) > 10_000


def test_topics_that_are_missing_are_named(tmp_path: Path, broker: Broker) -> None:
    file = tmp_path / "x.jsonl"
    file.write_text('{"event":"click"}')
    other_count = {**broker.environ, "SEGPULSE_KAFKA_PARTITIONS": "5"}
    result = CliRunner().invoke(cli, ["replay", str(file)], env=other_count)
    assert result.exit_code == 1
    assert "kafka.partitions is 5, but" in result.output


def test_options_that_make_no_sense(tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl"
    file.write_text('{"event":"click"}')
    result = CliRunner().invoke(cli, ["replay", str(file), "--speed", "-1"])
    assert (result.exit_code, "neither a positive number nor 'max'" in result.output) == (2, True)
    with pytest.raises(settings.SettingsError, match="--shift needs --mapping"):
        CliRunner().invoke(cli, ["replay", str(file), "--shift", "now"], catch_exceptions=False)
