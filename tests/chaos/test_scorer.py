"""The scorer's owner is killed: the next one goes on where it stood, and calls nobody twice for the same thing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from streams.tools.local.servers import Server
from tests.chaos import LONG, events, truth
from tests.chaos.conftest import Tried
from tests.chaos.events import Story
from tests.chaos.reading import Scores, values
from tests.integration.live import alert_order

TO_TICK = """
[time]
clock = "event"
lateness = "60s"
"""


def undisturbed(folder: Path, story: Story) -> dict[str, Any]:
    """What a backtest of the same events finds."""
    config, file = folder / "backtest.toml", folder / "story.jsonl"
    config.write_text(truth.CONFIG + TO_TICK, "utf-8")
    file.write_bytes(b"\n".join(story.lines()) + b"\n")
    done = subprocess.run(
        [sys.executable, "-m", "segpulse", "--config", str(config), "backtest", str(file), "--json"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "COLUMNS": "200"},
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.kafka
@pytest.mark.scenario("the scorer's owner is killed: the same scores and alerts as undisturbed")
def test_owner_of_the_scores_killed(kafka: Server, tried: Tried, seed: int, tmp_path: Path) -> None:
    # Until the tick at which a backtest ends: nothing comes after it.
    story = events.tell(seed + 40, events.in_order(events.Shape(visitors=800)))
    with tried(kafka.address, story) as trial:
        workers = [trial.fleet.start(), trial.fleet.start()]
        feed = trial.tell(60 if LONG else 20)
        kills = 8 if LONG else 3
        for number in range(kills):
            feed.wait_for((number + 1) / (kills + 1))
            workers[number % 2].kill()
            workers[number % 2] = trial.fleet.start()
            trial.faults += 1
        trial.reckon()
        expected = undisturbed(tmp_path, story)
        _check_alerts(values(kafka.address, "segment_alerts"), expected["alerts"], trial.settings.kafka)
        assert expected["alerts"], "a story without alerts tells nothing"
        scores = Scores(kafka.address)
        scores.read()
        scores.close()
        wanted = {f"{score['dimension']}:{score['value']}": score for score in expected["scores"]}
        assert {segment: _standing(s) for segment, s in scores.newest.items()} == {
            segment: _standing(s) for segment, s in wanted.items()
        }


def _check_alerts(sent: list[dict[str, Any]], expected: list[dict[str, Any]], kafka: object) -> None:
    distinct = {json.dumps(alert, sort_keys=True): alert for alert in sent}
    last = max(alert["at"] for alert in expected)
    until = [alert for alert in distinct.values() if alert["at"] <= last]
    assert sorted(until, key=alert_order) == sorted(expected, key=alert_order)
    if getattr(kafka, "transactions", False):
        times = Counter((alert["fingerprint"], alert["status"], alert["at"]) for alert in sent)
        assert max(times.values()) == 1, times.most_common(3)


def _standing(score: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Over the longest window, in which all lies, the state of each cell, since when, and its figures.

    Not the index: the live ones go on for some ticks, in which the last stretches of evidence end.
    """
    return [
        (c["kpi"], c["window"], c["state"], c["since"], c["numerator"], c["denominator"], c["value"], c["rest"])
        for c in score["cells"]
        if c["window"] == "24h"
    ]
