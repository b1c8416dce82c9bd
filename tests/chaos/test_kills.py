"""kill -9 at any moment: between batches, within a checkpoint, while it recovers."""

from __future__ import annotations

import time
from random import Random

import pytest

from streams.tools.local.servers import Server
from tests.chaos import LONG, events, long_form
from tests.chaos.conftest import Tried

KILLS, SECONDS = (30, 150) if LONG else (4, 16)


@pytest.mark.kafka
@pytest.mark.scenario("`kill -9` of the worker at random moments")
def test_killed_at_random(kafka: Server, tried: Tried, seed: int) -> None:
    random, story = Random(seed), events.tell(seed, events.Shape(visitors=1_500 if LONG else 400))
    with tried(kafka.address, story) as trial:
        worker = trial.fleet.start()
        trial.tell(SECONDS)
        for _ in range(KILLS):
            time.sleep(random.uniform(0.5, 9.0))  # the fault itself is a moment, not a condition
            worker.kill()
            trial.faults += 1
            worker = trial.fleet.start()
        trial.reckon()


@long_form
@pytest.mark.kafka
@pytest.mark.scenario("`kill -9` with checkpoints 4 s apart, so that a backlog is read again")
def test_killed_between_slow_checkpoints(kafka: Server, tried: Tried, seed: int) -> None:
    random, story = Random(seed), events.tell(seed + 1)
    with tried(kafka.address, story, SEGPULSE_TIME_CHECKPOINT="4s", SEGPULSE_KAFKA_BATCH="100") as trial:
        worker = trial.fleet.start()
        trial.tell(40 if LONG else 10)
        for _ in range(8 if LONG else 1):
            trial.fleet.wait_loaded(worker)
            time.sleep(random.uniform(0.0, 8.0))
            worker.kill()
            trial.faults += 1
            worker = trial.fleet.start()
        trial.reckon()
