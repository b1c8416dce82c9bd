"""Recovery that stops short of a changelog's end, and batches that are handed over twice: both, every time."""

from __future__ import annotations

import pytest

from streams.tools.local.servers import Server
from tests.chaos import LONG, events, long_form
from tests.chaos.conftest import Tried


@long_form
@pytest.mark.kafka
@pytest.mark.scenario("a changelog's end is told too early, so that recovery stops short of it")
def test_recovery_stops_short(kafka: Server, tried: Tried, seed: int) -> None:
    with tried(kafka.address, events.tell(seed + 50)) as trial:
        feed = trial.tell(40 if LONG else 12)
        kills = 5 if LONG else 1
        for number in range(kills):
            worker = trial.fleet.start("SHORT")
            trial.fleet.wait_loaded(worker)
            feed.wait_for((number + 1) / (kills + 1))
            worker.kill()
            trial.faults += 1
        worker = trial.fleet.start("SHORT")
        trial.reckon()
        assert "fault: left out" in worker.log.read_text("utf-8"), "the fault did not come"


@pytest.mark.kafka
@pytest.mark.scenario("every batch of events is handed over twice, with checkpoints 4 s apart")
def test_backlog_handed_over_twice(kafka: Server, tried: Tried, seed: int) -> None:
    with tried(kafka.address, events.tell(seed + 51), SEGPULSE_TIME_CHECKPOINT="4s") as trial:
        feed = trial.tell(40 if LONG else 12)
        kills = 4 if LONG else 1
        for number in range(kills):
            worker = trial.fleet.start("TWICE")
            trial.fleet.wait_loaded(worker)
            feed.wait_for((number + 1) / (kills + 1))
            worker.kill()
            trial.faults += 1
        worker = trial.fleet.start("TWICE")
        trial.reckon()
        assert "fault: twice" in worker.log.read_text("utf-8"), "the fault did not come"
