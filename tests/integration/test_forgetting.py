"""Somebody is deleted from `profiles` on a real Kafka: from then on they are unknown, for the next worker too."""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path

import pytest
from kafka import KafkaProducer

from streams.engine import keys
from streams.panes import codec
from streams.tools.local.servers import Server
from tests.integration.live import live
from tests.servers import apache_kafka

CONFIG = """
[time]
lateness = "5s"

[dimensions]
industry = { trait = "industry" }
"""


@pytest.mark.timeout(180)
@pytest.mark.kafka
def test_a_tombstone_unsets_the_traits(redis_server: Server, tmp_path: Path) -> None:
    config = tmp_path / "forgetting.toml"
    config.write_text(CONFIG)
    with (
        apache_kafka(tmp_path) as kafka,
        live(tmp_path, kafka.address, redis_server.address, config, embedded=False) as system,
    ):
        producer, ids = KafkaProducer(bootstrap_servers=kafka.address, acks="all"), iter("ab")

        def click(**traits: str) -> None:
            event = {"visitor_id": "v1", "event_id": next(ids), "timestamp": int(time.time() * 1000), "traits": traits}
            producer.send("clicks", json.dumps(event).encode(), b"v1").get(10)

        def clicked() -> dict[str, int]:
            """By industry, the clicks in the last snapshot of each pane."""
            last = {key: value for key, value in system.records("segment_panes") if key and not keys.is_watermark(key)}
            counts: Counter[str] = Counter()
            for snapshot in (codec.decode(value) for value in last.values() if value):
                column = snapshot.measures.index("clicks")
                counts.update({name: row[column] for name, row in snapshot.counts["industry"].items()})
            return counts

        click(industry="pharma")
        system.wait(lambda: clicked() == {"pharma": 1}, "click of somebody known")
        producer.send("profiles", None, b"v1").get(10)
        time.sleep(0.01)
        click()
        producer.close()
        system.wait(lambda: clicked() == {"pharma": 1, "unknown": 1}, "click of somebody unknown")
        system.wait(
            lambda: b"unknown" in b"".join(v or b"" for _, v in system.records("segpulse-traits-changelog")), "word"
        )
        assert not system.dead_letters()
