"""Workers as processes, and what can befall them."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from streams.tools.local.processes import Child
from streams.tools.local.servers import free_port
from tests.servers import ROOT

PATIENCE = 120.0  # seconds: the machine may be busy


class Fleet:
    """The workers of one system, with the same settings; `environ` holds them."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self._folder = folder
        self._environ = dict(environ)
        self.broker = environ["SEGPULSE_KAFKA_BROKER"]
        self.workers: list[Child] = []

    def start(self, fault: str | None = None, **environ: str) -> Child:
        """One more, with an empty disk; `fault` as tests.chaos.faulty has it."""
        number = len(self.workers) + 1
        folder = self._folder / f"worker-{number}"
        own = {
            "APP_DATADIR": str(folder),
            "SEGPULSE_WORKER_PORT": str(free_port()),
            "PYTHONPATH": str(ROOT),
            **({"CHAOS_FAULT": fault} if fault else {}),
        }
        argv = [sys.executable, "-m", "tests.chaos.faulty" if fault else "segpulse", "worker"]
        worker = Child(f"worker {number}", argv, folder / "log", {**self._environ, **environ, **own})
        worker.start()
        self.workers.append(worker)
        return worker

    def end(self) -> None:
        """Kill whoever is left, stopped or not."""
        for worker in self.workers:
            if worker.running:
                worker.kill()

    def said(self, lines: int = 6) -> str:
        """The ends of the last workers' logs."""
        return "\n".join(f"{w.name}: {line}" for w in self.workers[-3:] for line in w.last_lines(lines))

    def wait(self, condition: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
        """Until `condition` holds."""
        until = time.monotonic() + patience
        while not condition():
            assert time.monotonic() < until, f"waited {patience:.0f} s for {what}\n{self.said()}"
            time.sleep(0.1)

    def wait_loaded(self, worker: Child, times: int = 1) -> None:
        """Until it has been given partitions, and has their state."""
        self.wait(lambda: worker.log.read_text("utf-8").count("state loaded") >= times, f"state in {worker.name}")

    def wait_gone(self, worker: Child) -> None:
        """Until it has ended."""
        self.wait(lambda: not worker.running, f"the end of {worker.name}")

    def wait_stopped(self, worker: Child) -> None:
        """Until its fault has stopped it."""
        self.wait(lambda: is_stopped(worker), f"{worker.name} to stop")


def freeze(worker: Child) -> None:
    """SIGSTOP: it does nothing and does not know it."""
    os.kill(worker.pid, signal.SIGSTOP)


def thaw(worker: Child) -> None:
    """SIGCONT: it goes on as if nothing had been."""
    os.kill(worker.pid, signal.SIGCONT)


def is_stopped(worker: Child) -> bool:
    """Whether it is stopped by a signal."""
    return Path(f"/proc/{worker.pid}/stat").read_text().rsplit(") ", 1)[1].startswith("T")
