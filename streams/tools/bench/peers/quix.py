"""Quix Streams, a tumbling window of ten seconds that counts each visitor's events; a task for `segpulse bench`.

Its own way: JSON decoded, windows in RocksDB, a changelog topic, offsets committed. Results come when a window closes.
"""

from __future__ import annotations

import time
from pathlib import Path

import quixstreams
from quixstreams import Application
from quixstreams.dataframe.windows import Count

from streams.tools.bench.events import JITTER
from streams.tools.bench.peers.peer import Job, Rate, cpu_seconds
from streams.tools.bench.task import Told, work

_WINDOW = 10_000  # ms
_TELL = 1_000  # events


class _Counted:
    """How many messages went through, and when the first and the last did."""

    def __init__(self, job: Job, told: Told) -> None:
        self._job, self._told = job, told
        self.done, self.began, self.ended = 0, 0.0, 0.0
        self.app: Application | None = None

    def __call__(self, topic: str, partition: int, offset: int) -> None:  # noqa: ARG002 (its signature)
        self.ended = time.monotonic()
        self.began = self.began or self.ended
        self.done += 1
        if self.done % _TELL == 0:
            self._told.done(self.done)
        if self.app is not None and (self.done >= self._job.events or self.ended - self.began > self._job.seconds):
            self.app.stop()


def quix(job: Job, told: Told) -> Rate:
    """Count the first topic's events; the clock starts when the first has gone through."""
    counted = _Counted(job, told)
    counted.app = app = Application(
        broker_address=job.broker,
        consumer_group=job.group,
        auto_offset_reset="earliest",
        state_dir=Path(job.folder),
        on_message_processed=counted,
        loglevel="WARNING",
    )
    events = app.dataframe(app.topic(job.topics[0], value_deserializer="json"))
    events.tumbling_window(_WINDOW, grace_ms=JITTER).agg(count=Count()).final()
    app.run()
    return Rate(
        events=counted.done,
        seconds=round(counted.ended - counted.began, 3),
        cpu_seconds=cpu_seconds(),
        version=f"quixstreams {quixstreams.__version__}",
    )


if __name__ == "__main__":
    work(Job, quix)
