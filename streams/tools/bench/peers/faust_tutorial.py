"""Faust as its tutorial shows it: an agent, one event at a time, into a tumbling table; a task for `segpulse bench`.

https://faust.readthedocs.io has it as "page views", and windows under "Tables and windowing".
"""

from __future__ import annotations

import asyncio
import os
import time

import faust

from streams.tools.bench.peers.peer import Job, Rate, cpu_seconds
from streams.tools.bench.task import Told, work

_WINDOW = 10.0  # seconds
_TELL = 100  # events


def tutorial(job: Job, told: Told) -> Rate:
    """Count each visitor's events; the clock starts with the first."""
    return asyncio.run(_run(job, told))


async def _run(job: Job, told: Told) -> Rate:
    app = faust.App(
        job.group,
        broker=f"kafka://{job.broker}",
        store="memory://",
        datadir=job.folder,
        topic_partitions=4,
        consumer_auto_offset_reset="earliest",
        web_enabled=False,
    )
    clicks = app.topic(job.topics[0], key_type=str, value_serializer="json")
    counts = app.Table("visits", default=int).tumbling(_WINDOW, expires=6 * _WINDOW)
    times = [0.0, 0.0]
    done, enough = 0, asyncio.Event()

    @app.agent(clicks)
    async def count(events: faust.StreamT[dict[str, object]]) -> None:
        nonlocal done
        async for event in events:
            counts[str(event.get("visitor_id"))] += 1
            done += 1
            times[1] = time.monotonic()
            times[0] = times[0] or times[1]
            if done % _TELL == 0:
                told.done(done)
            if done >= job.events or times[1] - times[0] > job.seconds:
                enough.set()

    await app.start()
    await enough.wait()
    events, cpu = done, cpu_seconds()
    told.result(
        Rate(
            events=events,
            seconds=round(times[1] - times[0], 3),
            cpu_seconds=cpu,
            version=f"faust-streaming {faust.__version__}",
        )
    )
    os._exit(0)  # how quickly it stops is not asked here


if __name__ == "__main__":
    work(Job, tutorial)
