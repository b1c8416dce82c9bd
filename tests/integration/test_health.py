"""What Kubernetes asks worker and consumers: without servers they live and are not ready; with them they are."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from streams.settings import Kafka
from streams.tools.demo import EMBEDDED
from streams.tools.local.servers import LOOPBACK, Server, free_port
from tests.consumers.samples import eventually
from tests.test_serving import ask

#: Command -> the variable of the port that it is asked on.
ASKED_ON = {
    "worker": "SEGPULSE_WORKER_PORT",
    "consume redis": "SEGPULSE_REDIS_HEALTH_PORT",
    "consume prometheus": "SEGPULSE_PROMETHEUS_PORT",
    "consume alerts": "SEGPULSE_ALERTS_PORT",
    "consume board": "SEGPULSE_BOARD_PORT",
    "ingest": "SEGPULSE_INGEST_PORT",
}


@contextmanager
def running(command: str, folder: Path, environ: dict[str, str]) -> Iterator[str]:
    """A segpulse command; the URL that it is asked at."""
    port = free_port()
    own = {ASKED_ON[command]: str(port), "APP_DATADIR": str(folder), "SEGPULSE_ALERTS_WEBHOOK": f"http://{LOOPBACK}:9/"}
    with (folder / "told").open("wb") as told:
        argv = [sys.executable, "-m", "segpulse", *command.split()]
        process = subprocess.Popen(argv, env={**os.environ, **environ, **own}, cwd=folder, stderr=told)
    try:
        yield f"http://{LOOPBACK}:{port}"
        assert process.poll() is None, (folder / "told").read_text("utf-8")
    finally:
        process.terminate()
        process.wait(30)


@pytest.mark.parametrize("command", ASKED_ON)
def test_without_servers_it_lives_and_says_what_is_in_the_way(command: str, tmp_path: Path) -> None:
    environ = {
        "SEGPULSE_KAFKA_BROKER": f"{LOOPBACK}:{free_port()}",
        "SEGPULSE_REDIS_URL": f"redis://{LOOPBACK}:{free_port()}/0",
    }
    with running(command, tmp_path, environ) as url:
        said = {"consume redis": "redis at", "ingest": "kafka does not answer\n"}  # the latter whoever asks
        away = said.get(command, "kafka: no broker answers at")
        eventually(lambda: ask(f"{url}/ready")[1].startswith(f"segpulse is not ready: {away}"))
        assert ask(f"{url}/ready")[0] == 503
        assert ask(f"{url}/live") == (200, "segpulse is live\n")


def test_with_servers_all_become_ready(embedded_broker: Server, redis_server: Server, tmp_path: Path) -> None:
    environ = {
        "SEGPULSE_KAFKA_BROKER": embedded_broker.address,
        "SEGPULSE_REDIS_URL": redis_server.address,
        **EMBEDDED,
    }
    for command in ASKED_ON:  # the worker first: it makes the topics
        folder = tmp_path / command.replace(" ", "-")
        folder.mkdir()
        with running(command, folder, environ) as url:
            eventually(partial(is_ready, f"{url}/ready"), 60)


def is_ready(url: str) -> bool:
    return ask(url) == (200, "segpulse is ready\n")


def test_a_worker_that_comes_back_is_ready_when_it_is_as_far_as_it_was(embedded_broker: Server, tmp_path: Path) -> None:
    environ = {"SEGPULSE_KAFKA_BROKER": embedded_broker.address, "SEGPULSE_KAFKA_APP_ID": "again", **EMBEDDED}
    with running("worker", tmp_path, environ) as url:
        eventually(partial(is_ready, f"{url}/ready"), 60)
        simulate = [sys.executable, "-m", "segpulse", "simulate", "--history", "10m"]
        subprocess.run(simulate, env={**os.environ, **environ}, cwd=tmp_path, check=True, capture_output=True)
        eventually(lambda: "segpulse_events_total" in ask(f"{url}/metrics")[1], 60)
    with running("worker", tmp_path, environ) as url:
        eventually(partial(is_ready, f"{url}/ready"), 60)
        told = (tmp_path / "told").read_text("utf-8")
        assert told.count(": all read again that its last worker had read, in ") == Kafka().partitions
