"""Time goes on by the wall clock where nothing comes: no partition holds the others back, and silence is scored."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaProducer

from streams.tools.local.servers import Server
from tests.chaos import events
from tests.chaos.reading import Scores, SegmentPanes
from tests.chaos.trial import trial

LATENESS, IDLE, TICK = 2.0, 2.0, 10.0
PANE = 10.0  # seconds: the watermark moves by whole panes
SLACK = 6.0  # seconds for the checkpoint, the tick and a busy machine

WALL: dict[str, Any] = {
    "SEGPULSE_TIME_CLOCK": "wall",
    "SEGPULSE_TIME_LATENESS": "2s",
    "SEGPULSE_TIME_IDLE_AFTER": "2s",
}


@pytest.mark.kafka
@pytest.mark.chaos
@pytest.mark.timeout(240)
def test_quiet_partitions_and_segments(kafka: Server, tmp_path: Path) -> None:
    with trial(tmp_path, kafka.address, events.tell(1, events.Shape(visitors=0)), **WALL) as tried:
        tried.fleet.start()
        producer = KafkaProducer(bootstrap_servers=kafka.address, acks="all")

        def click(visitor: str) -> None:
            said = {"event_id": f"{visitor}-{time.time()}", "visitor_id": visitor, "timestamp": int(time.time() * 1000)}
            traits = {"industry": visitor, "city_tier": 1}
            producer.send("clicks", json.dumps({**said, "traits": traits}).encode(), visitor.encode(), partition=0)

        click("gone")
        panes, scores = SegmentPanes(kafka.address), Scores(kafka.address)
        behind: list[float] = []

        def look() -> None:
            """Traffic on one partition of one topic; all the others, and one segment, have none."""
            click("here")
            panes.read()
            scores.read()
            if len(panes.watermarks) == tried.cells:
                behind.append(time.time() - min(panes.watermarks.values()) / 1000)

        began = time.monotonic()
        tried.fleet.wait(lambda: look() or len(behind) > 0, "watermarks")  # type: ignore[func-returns-value]
        until = time.monotonic() + 25
        while time.monotonic() < until:
            look()
            time.sleep(0.1)
        assert max(behind) < LATENESS + IDLE + PANE + SLACK, f"held back by {max(behind):.1f} s"
        # Now nothing comes at all: the silent segment's score is as new as time itself.
        producer.close()
        now = time.time()
        tried.fleet.wait(lambda: scores.read() != set() and _at(scores, "gone") >= now, "scores of silent segments")
        assert _at(scores, "gone") == _at(scores, "here")
        assert time.time() - now < LATENESS + IDLE + PANE + TICK + SLACK
        assert time.monotonic() - began < 120
        panes.close()
        scores.close()


def _at(scores: Scores, industry: str) -> float:
    return float(scores.newest[f"industry:{industry}"]["at"]) / 1000
