"""Kafka has removed what a successor would read again: by its retention, or since the topic is another."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaProducer, TopicPartition

from streams.tools.local.servers import Server
from streams.tools.topics import connect, create
from tests.chaos import events
from tests.chaos.reading import SegmentPanes
from tests.chaos.trial import Trial, trial

WALL: dict[str, Any] = {
    "SEGPULSE_TIME_CLOCK": "wall",
    "SEGPULSE_TIME_LATENESS": "2s",
    "SEGPULSE_TIME_IDLE_AFTER": "2s",
}


@pytest.mark.kafka
@pytest.mark.chaos
@pytest.mark.timeout(240)
def test_time_goes_on_where_all_records_of_a_quiet_topic_have_expired(kafka: Server, tmp_path: Path) -> None:
    """And how many nobody had read is told."""
    with trial(tmp_path, kafka.address, events.tell(1, events.Shape(visitors=0)), **WALL) as tried:
        _click(kafka.address)
        panes = SegmentPanes(kafka.address)
        worker = tried.fleet.start()
        _wait_for_time(tried, panes)
        worker.stop(patience=30)
        for _ in range(2):
            _click(kafka.address)
        with connect(tried.settings.kafka, 30.0) as admin:
            admin.delete_records({TopicPartition("clicks", 0): -1})
        worker = tried.fleet.start()
        _wait_for_time(tried, panes)
        panes.close()
        assert "clicks, partition 0: 2 records had expired before they were read" in worker.log.read_text("utf-8")


@pytest.mark.kafka
@pytest.mark.chaos
@pytest.mark.timeout(240)
def test_a_topic_that_was_made_anew_is_refused(kafka: Server, tmp_path: Path) -> None:
    """Its records would be passed over until there are as many as there were, and nothing written till then."""
    with trial(tmp_path, kafka.address, events.tell(1, events.Shape(visitors=0)), **WALL) as tried:
        for _ in range(3):
            _click(kafka.address)
        panes = SegmentPanes(kafka.address)
        worker = tried.fleet.start()
        _wait_for_time(tried, panes)
        panes.close()
        worker.stop(patience=30)
        with connect(tried.settings.kafka, 30.0) as admin:
            admin.delete_topics(["clicks"])
            tried.fleet.wait(lambda: create(admin, tried.settings.kafka) == ["clicks"], "clicks made anew", 30.0)
        _click(kafka.address)
        worker = tried.fleet.start()
        tried.fleet.wait_gone(worker)
        assert worker.exit_code == 1
        said = " ".join(worker.last_lines(3))
        assert "clicks, partition 0, ends at offset 1, and 3 had been read" in said
        assert "Traceback" not in said


def _click(broker: str) -> None:
    producer = KafkaProducer(bootstrap_servers=broker, acks="all")
    said = {"event_id": "1", "visitor_id": "somebody", "timestamp": int(time.time() * 1000)}
    producer.send("clicks", json.dumps(said).encode(), b"somebody", partition=0).get(30)
    producer.close()


def _wait_for_time(tried: Trial, panes: SegmentPanes) -> None:
    """Until all watermarks are past this moment."""
    now = int(time.time() * 1000)
    tried.fleet.wait(lambda: panes.come_to(now, tried.cells), "time to go on", 60.0)
