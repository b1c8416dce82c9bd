"""From the first event that is affected to the page, by the clock on the wall: how long it takes, and where.

`SEGPULSE_TIME_LATENESS=60s pytest -s tests/integration/test_page_delay.py` measures it with the default's minute,
of which there are 10 s here.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from streams.settings import Span
from streams.tools.local.servers import Server, free_port
from tests.consumers.receiver import Receiver, listening
from tests.consumers.samples import eventually
from tests.integration.live import Live, live

LATENESS = Span.parse(os.environ.get("SEGPULSE_TIME_LATENESS", "10s"))
TICK, GATHERED, POSTED = 10_000, 2_500, 1_500  # ms: panes and ticks; the sender's wait; what programs take
EVIDENCE = 75_000  # ms until it cannot be chance: less than a minute here, where each second a form fill is missing
HISTORY_S, EACH_S = 25 * 60, 5  # seconds; sessions a second and industry
INDUSTRIES = ("pharma", "retail", "textiles")
FORMS = 0.2  # of the sessions
CONFIG = f"""
[time]
lateness = "{LATENESS}"
[dimensions]
industry = {{ trait = "industry" }}
[scoring]
kpis = ["form_fill_rate"]
windows = ["5m", "1h"]
settle = "20m"
[alerts]
windows = ["1h"]
"""
_numbers = itertools.count()
_random = random.Random(1)


def sessions(at: int, broken: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    """Topic and event, of a second that begins at `at` (ms): visits of people who have never come before."""
    for industry in INDUSTRIES:
        for _ in range(EACH_S):
            number = next(_numbers)
            visitor = {
                "visitor_id": f"v-{number}",
                "timestamp": at + _random.randrange(900),
                "traits": {"industry": industry},
            }
            yield "page_views", {"event_id": f"p-{number}", **visitor}
            if _random.random() < FORMS and not (broken and industry == "pharma"):
                yield "form_fills", {"event_id": f"f-{number}", **visitor}


def write_history(file: Path, until: int) -> None:
    seconds = range(until - HISTORY_S * 1000, until, 1000)
    lines = [{"topic": topic, **event} for at in seconds for topic, event in sessions(at, broken=False)]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")


class Visits:
    """Sends what happens as it happens; the form of one industry breaks at `broken` (ms)."""

    def __init__(self, broker: str, since: int, broken: int) -> None:
        self._producer = KafkaProducer(bootstrap_servers=broker)
        self._since, self._broken = since, broken
        self.first: int | None = None  # ms: the first event that is affected
        self.over = threading.Event()

    def send(self) -> None:
        for at in itertools.count(self._since, 1000):
            if self.over.wait(max(0.0, (at + 1000) / 1000 - time.time())):
                break
            for topic, event in sessions(at, at >= self._broken):
                if at >= self._broken and event["traits"]["industry"] == "pharma":
                    self.first = min(self.first or event["timestamp"], event["timestamp"])
                self._producer.send(topic, key=event["visitor_id"].encode(), value=json.dumps(event).encode())
        self._producer.close()


def alert_record(system: Live) -> tuple[int, int]:
    """`at` of the first alert, and when Kafka got it (ms)."""
    consumer = KafkaConsumer(bootstrap_servers=system.environ["SEGPULSE_KAFKA_BROKER"], enable_auto_commit=False)
    try:
        parts = [TopicPartition("segment_alerts", p) for p in consumer.partitions_for_topic("segment_alerts") or ()]
        consumer.assign(parts)
        consumer.seek_to_beginning(*parts)
        record, *_ = [record for batch in consumer.poll(5_000).values() for record in batch]
        return json.loads(record.value)["at"], record.timestamp
    finally:
        consumer.close()


@pytest.mark.timeout(300)
def test_the_time_to_the_page(embedded_broker: Server, redis_server: Server, tmp_path: Path) -> None:
    config, file, receiver = tmp_path / "segpulse.toml", tmp_path / "history.jsonl", Receiver()
    config.write_text(CONFIG, "utf-8")
    now = time.time_ns() // 10**9 * 1000
    write_history(file, now)
    environ = {"SEGPULSE_ALERTS_WEBHOOK": receiver.url, "SEGPULSE_ALERTS_PORT": str(free_port())}
    broker = embedded_broker.address
    with live(tmp_path, broker, redis_server.address, config, embedded=True) as system, listening(receiver):
        system.environ.update(environ)
        visits = Visits(broker, now, now + 30_000)
        sending = threading.Thread(target=visits.send)
        with system.child("consume-alerts", "consume", "alerts"):
            system.replay(file)
            sending.start()
            try:
                eventually(lambda: bool(receiver.posts), seconds=180)
            finally:
                paged = time.time_ns() // 1_000_000
                visits.over.set()
                sending.join()
    assert visits.first is not None
    (post,) = receiver.posts
    assert post["alerts"][0]["labels"]["segment"] == "pharma"
    at, written = alert_record(system)
    parts = {"evidence, by panes": at - visits.first, "lateness and tick": written - at, "sender": paged - written}
    print("\nfrom the first event to the page:", {name: f"{ms / 1000:.1f} s" for name, ms in parts.items()})
    assert 0 < at - visits.first <= EVIDENCE
    assert LATENESS <= written - at <= LATENESS + TICK + POSTED
    assert 0 < paged - written <= GATHERED + POSTED
