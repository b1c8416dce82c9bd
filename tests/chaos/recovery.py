"""How long after a `kill -9` do scores go on? Measured and printed, with a million visitors by default.

    python -m tests.chaos.recovery [VISITORS]

Two moments are told: when the next tick is published, and when a score has events in it that were sent after the kill.
The latter is what counts.

The worker has every visitor's profile, panes of three and a half hours over 300 segments, and 1,000 events a second of
the last half hour to read again; traffic goes on meanwhile.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from kafka import KafkaConsumer, TopicPartition

from streams import settings
from streams.events.topics import PROFILES, SEGMENT_SCORES
from streams.settings import Settings
from streams.tools.files.source import SourceRecord
from streams.tools.local.processes import Child
from streams.tools.sending.producer import EventProducer
from streams.tools.topics import connect, create
from tests import servers
from tests.chaos.fleet import Fleet
from tests.chaos.reading import Scores

TARGET = 15.0  # seconds
AFTER = "after the kill"  # the campaign of what is sent then
PARTITIONS, DIMENSIONS = 4, 5
HOURS, HALF_HOUR = 3, 1_800  # seconds of the latter
BEFORE, LATELY = 20, 1_000  # events a second
CONFIG = """
[dimensions]
industry = { trait = "industry" }
city_tier = { trait = "city_tier" }
region = { trait = "region" }
campaign = { field = "campaign" }
city_tier_x_industry = { cross = ["city_tier", "industry"] }

[time]
lateness = "5s"

[kafka]
batch = 20000
partitions = 4
"""


def profiles(visitors: int) -> Iterator[SourceRecord]:
    """Who they are: 20 industries, 5 tiers, 125 regions, and 100 of the first two crossed."""
    for n in range(visitors):
        traits = {"industry": f"i{n % 20}", "city_tier": n // 20 % 5, "region": f"r{n % 125}"}
        yield SourceRecord(PROFILES, f"v{n}", json.dumps({"visitor_id": f"v{n}", "traits": traits}).encode(), 0)


class Recovery(NamedTuple):
    """Seconds after a `kill -9`."""

    loaded: float  # the changelogs are read
    read_again: float  # so are profiles and events, as far as the worker had read that was killed
    tick: float  # the next tick of all dimensions is published
    new: float  # so is a score with events that were sent after the kill


def event(number: int, visitors: int, time_: int, campaign: str | None = None) -> SourceRecord:
    """A click, page view, form fill or download of anybody."""
    visitor = f"v{random.randrange(visitors)}"
    topic = random.choice(("clicks", "page_views", "page_views", "form_fills", "downloads"))
    campaign = campaign or f"c{number % 50}"
    said = {"event_id": f"e{number}", "visitor_id": visitor, "timestamp": time_, "campaign": campaign}
    return SourceRecord(topic, visitor, json.dumps(said).encode(), time_)


def history(visitors: int, now: int) -> Iterator[SourceRecord]:
    """The events up to `now` (ms)."""
    begin, number = now - (HOURS * 3_600 + HALF_HOUR) * 1_000, 0
    for second in range(HOURS * 3_600 + HALF_HOUR):
        for _ in range(BEFORE if second < HOURS * 3_600 else LATELY):
            number += 1
            yield event(number, visitors, begin + second * 1_000 + random.randrange(1_000))


class Traffic(threading.Thread):
    """Goes on: some events a second, as they happen."""

    def __init__(self, kafka: settings.Kafka, visitors: int) -> None:
        super().__init__(daemon=True)
        self._kafka, self._visitors = kafka, visitors
        self.campaign: str | None = None
        self.stop = threading.Event()

    def run(self) -> None:
        """See Thread."""
        number = 10**9
        with EventProducer(self._kafka) as producer:
            while not self.stop.wait(0.2):
                now = int(time.time() * 1_000)
                for _ in range(20):
                    number += 1
                    producer.send(event(number, self._visitors, now, self.campaign))
                producer.heartbeat(now)


def measure(folder: Path, visitors: int) -> Recovery:
    """From an empty broker."""
    with servers.apache_kafka(folder) as kafka:
        config = folder / "segpulse.toml"
        config.write_text(CONFIG, "utf-8")
        environ = {
            "SEGPULSE_CONFIG": str(config),
            "SEGPULSE_KAFKA_BROKER": kafka.address,
            "SEGPULSE_KAFKA_MEMBER": "one",  # as a worker has by itself that comes back on its host and port
        }
        chosen = settings.load(config, environ)
        admin = connect(chosen.kafka, 30.0)
        create(admin, chosen.kafka)
        admin.close()
        began = time.monotonic()
        records = _fill(chosen, visitors)
        print(f"{records:,} records sent in {time.monotonic() - began:.0f} s", flush=True)
        fleet, traffic = Fleet(folder, environ), Traffic(chosen.kafka, visitors)
        traffic.start()
        try:
            return _killed(fleet, fleet.start(), Scores(kafka.address), traffic)
        finally:
            traffic.stop.set()
            fleet.end()


def _fill(chosen: Settings, visitors: int) -> int:
    count, said = 0, 0
    with EventProducer(chosen.kafka) as producer:
        for records in (profiles(visitors), history(visitors, int(time.time() * 1_000))):
            for record in records:
                count += 1
                producer.send(record)
                if record.timestamp >= said + 10_000:
                    said = record.timestamp
                    producer.heartbeat(said)
    return count


def _killed(fleet: Fleet, worker: Child, scores: Scores, traffic: Traffic) -> Recovery:
    def come_to_now() -> bool:
        at = scores.read()
        return bool(at) and min(at) / 1_000 > time.time() - 45

    began = time.monotonic()
    fleet.wait(come_to_now, "scores of now", 900.0)
    print(f"all of it counted and scored in {time.monotonic() - began:.0f} s", flush=True)
    before = max(scores.read())
    scores.close()
    killed = time.time()
    worker.kill()
    traffic.campaign = AFTER
    worker = fleet.start()
    watch = Watch(fleet.broker, before, worker.log)
    fleet.wait(watch.all_came, "scores to go on", 300.0)
    return Recovery(*(watch.moments[name] - killed for name in Recovery._fields))


class Watch:
    """The moments of a recovery: a log's by looking ten times a second, a score's as Kafka's record of it says."""

    def __init__(self, broker: str, before: int, log: Path) -> None:
        """`before`: the last tick (ms) that was published; `log`: the new worker's."""
        self.moments: dict[str, float] = {}  # of each field of Recovery, seconds since the epoch
        self._before = before
        self._log = log
        self._ticked: set[str] = set()  # dimensions
        self._consumer = KafkaConsumer(bootstrap_servers=broker, isolation_level="read_committed")
        parts = self._consumer.partitions_for_topic(SEGMENT_SCORES) or ()
        self._consumer.assign([TopicPartition(SEGMENT_SCORES, part) for part in sorted(parts)])

    def all_came(self) -> bool:
        """Look; is nothing waited for any more?"""
        said = self._log.read_text("utf-8")
        if "state loaded" in said:
            self.moments.setdefault("loaded", time.time())
        if said.count("all read again") == PARTITIONS:
            self.moments.setdefault("read_again", time.time())
        for records in self._consumer.poll(0).values():
            for record in records:
                if record.value is not None:
                    self._take(json.loads(record.value), record.timestamp / 1_000)
        return len(self.moments) == len(Recovery._fields)

    def _take(self, score: dict[str, Any], moment: float) -> None:
        if score["at"] > self._before:
            self._ticked.add(score["dimension"])
        if len(self._ticked) == DIMENSIONS:
            self.moments.setdefault("tick", moment)
        if score["value"] == AFTER and any(cell["numerator"] for cell in score["cells"]):
            self.moments.setdefault("new", moment)


def main() -> None:
    """Measure and print."""
    visitors = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder), visitors)
    print(f"after kill -9, with {visitors:,} visitors (the aim is {TARGET:.0f} s for the last):")
    print(f"  {found.loaded:5.1f} s  changelogs read")
    print(f"  {found.read_again:5.1f} s  profiles and events read again")
    print(f"  {found.tick:5.1f} s  the next tick is published")
    print(f"  {found.new:5.1f} s  a score has events that were sent after the kill")


if __name__ == "__main__":
    main()
