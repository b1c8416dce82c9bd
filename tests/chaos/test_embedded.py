"""The broker of the demo: what one broker without transactions can show."""

from __future__ import annotations

import time
from random import Random

import pytest

from streams.tools.local.servers import Server
from tests.chaos import LONG, events
from tests.chaos.conftest import Tried

#: Its JoinGroup waits for the whole of the rebalance timeout.
PATIENT = {
    "SEGPULSE_KAFKA_SESSION_TIMEOUT": "6s",
    "SEGPULSE_KAFKA_REBALANCE_TIMEOUT": "3s",
    "SEGPULSE_KAFKA_TRANSACTIONS": "false",  # it has none
    "SEGPULSE_KAFKA_MEMBER": "",  # nor members that have a name
}


@pytest.mark.scenario("embedded broker: `kill -9`, a polite leave, events twice and late")
def test_killed_and_left(embedded_broker: Server, tried: Tried, seed: int) -> None:
    random = Random(seed)
    with tried(embedded_broker.address, events.tell(seed + 60), **PATIENT) as trial:
        worker = trial.fleet.start()
        trial.tell(90 if LONG else 12)
        for number in range(9 if LONG else 2):
            trial.fleet.wait_loaded(worker)
            time.sleep(random.uniform(0.0, 4.0))
            if number % 3 == 1:
                worker.stop(patience=30)
                assert worker.exit_code == 0, worker.last_lines()
            else:
                worker.kill()
            trial.faults += 1
            worker = trial.fleet.start()
        trial.reckon()
