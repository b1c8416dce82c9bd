"""Brokers that are killed while traffic goes on: acknowledged is what two of three have."""

from __future__ import annotations

import pytest

from streams.tools.local.servers import Server
from tests.chaos import LONG, events, long_form
from tests.chaos.cluster import Cluster
from tests.chaos.conftest import Tried

SECONDS = 90 if LONG else 30


@long_form
@pytest.mark.kafka
@pytest.mark.scenario("the only broker is killed, and then restarted politely")
def test_one_broker_restarted(kafka: Server, tried: Tried, seed: int) -> None:
    with tried(kafka.address, events.tell(seed + 20)) as trial:
        worker = trial.fleet.start()
        feed = trial.tell(SECONDS)
        trial.fleet.wait_loaded(worker)
        feed.wait_for(0.3)
        kafka.child.kill()
        kafka.child.start()
        trial.faults += 1
        if LONG:
            feed.wait_for(0.6)
            kafka.child.stop(patience=30)
            kafka.child.start()
            trial.faults += 1
        trial.reckon()
        assert worker.running, worker.last_lines()


@pytest.mark.kafka
@pytest.mark.scenario("one broker of three is killed, then another while the first is back, and a worker with it")
@pytest.mark.parametrize("rounds", [3 if LONG else 1])
def test_one_of_three_brokers_killed(three: Cluster, tried: Tried, seed: int, rounds: int) -> None:
    with tried(three.address, events.tell(seed + 21), replication=3) as trial:
        trial.fleet.start()
        worker = trial.fleet.start()
        feed = trial.tell(SECONDS * rounds)
        trial.fleet.wait_loaded(worker)
        for number in range(rounds):
            feed.wait_for((number + 0.2) / rounds)
            first, second = three.brokers[number % 3], three.brokers[(number + 1) % 3]
            first.kill()
            feed.wait_for((number + 0.4) / rounds)
            first.start()
            three.wait_until_whole()
            second.kill()
            feed.wait_for((number + 0.6) / rounds)
            worker.kill()
            worker = trial.fleet.start()
            second.start()
            three.wait_until_whole()
            trial.faults += 3
        trial.reckon()
