"""How long after a `kill -9` is the next tick published? Measured and printed, with a million visitors by default.

    python -m tests.chaos.recovery [VISITORS]

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

from streams import settings
from streams.events.topics import PROFILES
from streams.settings import Settings
from streams.tools.files.source import SourceRecord
from streams.tools.local.processes import Child
from streams.tools.sending.producer import EventProducer
from streams.tools.topics import connect, create
from tests import servers
from tests.chaos.fleet import Fleet
from tests.chaos.reading import Scores

TARGET = 15.0  # seconds
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
"""


def profiles(visitors: int) -> Iterator[SourceRecord]:
    """Who they are: 20 industries, 5 tiers, 125 regions, and 100 of the first two crossed."""
    for n in range(visitors):
        traits = {"industry": f"i{n % 20}", "city_tier": n // 20 % 5, "region": f"r{n % 125}"}
        yield SourceRecord(PROFILES, f"v{n}", json.dumps({"visitor_id": f"v{n}", "traits": traits}).encode(), 0)


def event(number: int, visitors: int, time_: int) -> SourceRecord:
    """A click, page view, form fill or download of anybody."""
    visitor = f"v{random.randrange(visitors)}"
    topic = random.choice(("clicks", "page_views", "page_views", "form_fills", "downloads"))
    said = {"event_id": f"e{number}", "visitor_id": visitor, "timestamp": time_, "campaign": f"c{number % 50}"}
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
        self.stop = threading.Event()

    def run(self) -> None:
        """See Thread."""
        number = 10**9
        with EventProducer(self._kafka) as producer:
            while not self.stop.wait(0.2):
                now = int(time.time() * 1_000)
                for _ in range(20):
                    number += 1
                    producer.send(event(number, self._visitors, now))
                producer.heartbeat(now)


def measure(folder: Path, visitors: int) -> float:
    """Seconds from the kill to the next tick on segment_scores."""
    with servers.apache_kafka(folder) as kafka:
        config = folder / "segpulse.toml"
        config.write_text(CONFIG, "utf-8")
        environ = {
            "SEGPULSE_CONFIG": str(config),
            "SEGPULSE_KAFKA_BROKER": kafka.address,
            "SEGPULSE_KAFKA_MEMBER": "one",  # as a worker has by itself that comes back on its host and port
        }
        chosen = settings.load(config, environ)
        admin = connect(kafka.address, 30.0)
        create(admin, chosen.kafka)
        admin.close()
        began = time.monotonic()
        records = _fill(chosen, visitors)
        print(f"{records:,} records sent in {time.monotonic() - began:.0f} s", flush=True)
        fleet, traffic = Fleet(folder, environ), Traffic(chosen.kafka, visitors)
        traffic.start()
        try:
            return _killed(fleet, fleet.start(), Scores(kafka.address))
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


def _killed(fleet: Fleet, worker: Child, scores: Scores) -> float:
    def come_to_now() -> bool:
        at = scores.read()
        return bool(at) and min(at) / 1_000 > time.time() - 45

    began = time.monotonic()
    fleet.wait(come_to_now, "scores of now", 900.0)
    print(f"all of it counted and scored in {time.monotonic() - began:.0f} s", flush=True)
    before = max(scores.read())
    killed = time.monotonic()
    worker.kill()
    fleet.wait_loaded(fleet.start())
    print(f"changelogs read {time.monotonic() - killed:.1f} s after kill -9", flush=True)
    fleet.wait(lambda: min(scores.read()) > before, "the next tick", 300.0)
    return time.monotonic() - killed


def main() -> None:
    """Measure, print, and fail where the target is missed."""
    visitors = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        seconds = measure(Path(folder), visitors)
    print(f"next tick {seconds:.1f} s after kill -9, with {visitors:,} visitors (target: {TARGET:.0f} s)")


if __name__ == "__main__":
    main()
