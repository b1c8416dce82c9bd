"""Everything is stopped and started again, and the only thing that was kept is what Kafka has on its disk."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from streams.tools.local.servers import Server
from tests.chaos import events, long_form
from tests.chaos.conftest import Tried


@long_form
@pytest.mark.kafka
@pytest.mark.scenario("all of it stopped, the worker's disk emptied, all of it started")
def test_full_restart(kafka: Server, tried: Tried, seed: int, tmp_path: Path) -> None:
    with tried(kafka.address, events.tell(seed + 30)) as trial:
        worker = trial.fleet.start()
        feed = trial.tell(15)
        trial.fleet.wait_loaded(worker)
        feed.wait_for(0.5)
        worker.stop(patience=30)
        assert worker.exit_code == 0, worker.last_lines()
        kafka.child.stop(patience=30)
        shutil.rmtree(tmp_path / "worker-1")
        kafka.child.start()
        trial.faults += 1
        trial.fleet.start()
        trial.reckon()
