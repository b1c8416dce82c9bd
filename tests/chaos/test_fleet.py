"""Several workers: they are killed, join, leave, and are stopped for longer than the others wait for them."""

from __future__ import annotations

import pytest

from streams.tools.local.processes import Child
from streams.tools.local.servers import Server
from tests.chaos import LONG, events, long_form
from tests.chaos.conftest import Tried
from tests.chaos.fleet import freeze, thaw
from tests.chaos.trial import Trial

SECONDS = 60 if LONG else 25


def _loads(worker: Child) -> int:
    return worker.log.read_text("utf-8").count("state loaded")


@long_form
@pytest.mark.kafka
@pytest.mark.scenario("of two and three workers one is killed, one joins, one leaves politely")
@pytest.mark.parametrize("seed_more", range(3 if LONG else 1))
def test_killed_joined_left(kafka: Server, tried: Tried, seed: int, seed_more: int) -> None:
    with tried(kafka.address, events.tell(seed + seed_more)) as trial:
        first, second = trial.fleet.start(), trial.fleet.start()
        feed = trial.tell(SECONDS)
        feed.wait_for(0.2)
        first.kill()
        feed.wait_for(0.35)
        third = trial.fleet.start()
        trial.fleet.wait_loaded(third)
        fourth = trial.fleet.start()
        trial.fleet.wait_loaded(fourth)
        feed.wait_for(0.6)
        second.stop(patience=30)
        assert second.exit_code == 0, second.last_lines()
        feed.wait_for(0.75)
        third.kill()
        trial.faults += 5
        trial.reckon()


@pytest.mark.kafka
@pytest.mark.scenario("one of two workers is stopped past the session timeout and continued")
@pytest.mark.parametrize("seed_more", range(3 if LONG else 1))
def test_stopped_and_continued(kafka: Server, tried: Tried, seed: int, seed_more: int) -> None:
    with tried(kafka.address, events.tell(seed + seed_more + 10)) as trial:
        sleeper, other = trial.fleet.start(), trial.fleet.start()
        trial.fleet.wait_loaded(sleeper)
        trial.fleet.wait_loaded(other)
        feed = trial.tell(SECONDS)
        feed.wait_for(0.3)
        _stop_until_taken_over(trial, sleeper, other)
        thaw(sleeper)
        feed.wait_for(0.9)
        # What the sleeper may have written over is all that a third has.
        other.kill()
        sleeper.kill()
        trial.faults += 2
        trial.fleet.start()
        trial.reckon()


def _stop_until_taken_over(trial: Trial, sleeper: Child, other: Child) -> None:
    loads = _loads(other)
    freeze(sleeper)
    trial.faults += 1
    trial.fleet.wait_loaded(other, loads + 1)
