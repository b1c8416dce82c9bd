"""A worker that dies, or is stopped, between any two things that a checkpoint tells Kafka."""

from __future__ import annotations

import itertools
from random import Random

import pytest

from streams.tools.local.processes import Child
from streams.tools.local.servers import Server
from tests.chaos import LONG, events, long_form
from tests.chaos.conftest import Tried
from tests.chaos.fleet import Fleet, thaw
from tests.chaos.reading import SegmentPanes
from tests.chaos.trial import Trial

#: Panes of 5 min and one partition: a checkpoint is some forty steps, and each of them is tried.
SMALL = events.Shape(visitors=120, partitions=1)
FEW = {"SEGPULSE_TIME_TICK": "5m"}
EVERY = range(1, 46)


def struck(fleet: Fleet, worker: Child) -> bool:
    """Whether its fault has come; with little to tell it may take some checkpoints, and for ever at the end."""
    return "fault: SIG" in worker.log.read_text("utf-8")


def until_struck(trial: Trial, worker: Child) -> None:
    trial.fleet.wait(lambda: struck(trial.fleet, worker), f"the fault of {worker.name}", 60.0)
    trial.faults += 1


@pytest.mark.kafka
@pytest.mark.scenario("killed before each step of a checkpoint of panes in turn")
def test_killed_before_each_step(kafka: Server, tried: Tried, seed: int) -> None:
    steps = list(EVERY) if LONG else Random(seed).sample(EVERY, 3)
    with tried(kafka.address, events.tell(seed, SMALL), **FEW) as trial:
        trial.tell(8.0 * len(steps))
        for step in steps:
            worker = trial.fleet.start(f"KILL:{step}:panes")
            until_struck(trial, worker)
            trial.fleet.wait_gone(worker)
        trial.fleet.start()
        trial.reckon()


@long_form
@pytest.mark.kafka
@pytest.mark.scenario("killed before steps of checkpoints in which panes are rolled up")
def test_killed_while_rolling_up(kafka: Server, tried: Tried, seed: int) -> None:
    steps = sorted(Random(seed).sample(range(1, 400), 15 if LONG else 2))
    with tried(kafka.address, events.tell(seed + 1)) as trial:
        # All of it is there: the first checkpoint writes three hours, and rolls up the first.
        feed = trial.tell(1)
        feed.wait_for(1.0)
        for step in steps:
            worker = trial.fleet.start(f"KILL:{step}:panes")
            until_struck(trial, worker)
            trial.fleet.wait_gone(worker)
        trial.fleet.start()
        trial.reckon()


@long_form
@pytest.mark.kafka
@pytest.mark.scenario("killed before steps of a checkpoint of scores")
def test_killed_before_steps_of_scores(kafka: Server, tried: Tried, seed: int) -> None:
    steps = [*range(1, 25), *range(25, 60, 5)] if LONG else Random(seed).sample(range(1, 40), 2)
    with tried(kafka.address, events.tell(seed + 2, SMALL), **FEW) as trial:
        trial.tell(8.0 * len(steps))
        for step in steps:
            worker = trial.fleet.start(f"KILL:{step}:scores")
            until_struck(trial, worker)
            trial.fleet.wait_gone(worker)
        trial.fleet.start()
        trial.reckon()


@pytest.mark.kafka
@pytest.mark.scenario("stopped between two steps of a checkpoint past the session timeout, and continued")
def test_stopped_between_two_steps(kafka: Server, tried: Tried, seed: int) -> None:
    steps = [*EVERY[::2]] if LONG else Random(seed).sample(EVERY, 1)
    with tried(kafka.address, events.tell(seed + 3, SMALL), **FEW) as trial:
        trial.tell(16.0 * len(steps))
        for step in steps:
            sleeper = trial.fleet.start(f"STOP:{step}:panes")
            until_struck(trial, sleeper)
            trial.fleet.wait_stopped(sleeper)
            successor = trial.fleet.start()
            trial.fleet.wait_loaded(successor)
            _wait_for_checkpoints(trial, 2)
            thaw(sleeper)
            # It goes on with its checkpoint, hears that it was given up, and joins again, or ends.
            trial.fleet.wait(lambda: _has_noticed(sleeper, successor), f"{sleeper.name} to notice")  # noqa: B023
            for worker in (successor, sleeper):
                if worker.running:
                    worker.kill()
        # Whoever comes now knows only what Kafka holds after all these stale writes.
        trial.fleet.start()
        trial.reckon()


def _has_noticed(sleeper: Child, successor: Child) -> bool:
    said = sleeper.log.read_text("utf-8").partition("fault: SIG")[2]
    if "state loaded" in said or "beginning again" in said or not sleeper.running:
        return True
    return successor.log.read_text("utf-8").count("state loaded") > 1  # with one partition, the other one has none


def _wait_for_checkpoints(trial: Trial, count: int) -> None:
    """Until the source partitions' watermarks have moved so many times, or all has been told."""
    panes = SegmentPanes(trial.broker)
    panes.read()
    end = trial.story.end - int(trial.settings.time.lateness)
    for _ in itertools.repeat(None, count):
        before = dict(panes.watermarks)

        def moved(before: dict[tuple[str, int], int] = before) -> bool:
            panes.read()
            return panes.watermarks != before or min(panes.watermarks.values(), default=0) >= end

        trial.fleet.wait(moved, "a checkpoint")
    panes.close()
