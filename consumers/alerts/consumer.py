"""`segpulse consume alerts`: every cause of alerts is one page to each receiver, at least once.

Each receiver has a thread and a consumer group of its own: its offsets say what it has been told. So one that is down
holds nobody up, and when it is back it is told what it missed while the others are told nothing twice.
"""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import closing

from consumers.alert_log import delivered_before, read_alerts
from consumers.alerts.metrics import Metrics
from consumers.alerts.pager import Known, Pager
from consumers.alerts.posting import Poster
from consumers.alerts.receivers import receivers
from consumers.latest import Latest
from consumers.mark_log import write_marks
from consumers.marks import Marks
from consumers.serving import serving
from consumers.state import read_state
from streams.serving import Health
from streams.settings import Settings

log = logging.getLogger("segpulse.alerts")
READ_POLL_S = 0.5  # between two looks whether the marks are read: nobody is paged for what may be muted


def run(settings: Settings, stop: threading.Event) -> None:
    """Post alerts to all receivers until `stop`. Raises CannotStartError where there is none, or a port is taken."""
    chosen = receivers(settings)
    for receiver in chosen:
        log.info("alerts: posting to %s", receiver.shown)
    latest, marks, health = Latest(), Marks(settings), Health()
    metrics = Metrics(receiver.name for receiver in chosen)
    known = Known(
        scores=lambda: (scored.scores for scored in latest.all()),
        marks=marks,
        now=lambda: time.time_ns() // 1_000_000,
        write=lambda said: write_marks(settings.kafka, said),
    )
    read = threading.Event()
    with (
        serving(metrics.registry, health, "alerts.", settings.alerts.host, settings.alerts.port),
        ThreadPoolExecutor(len(chosen) + 1, "alerts") as pool,
    ):
        ends = [pool.submit(_deliver, settings, Poster(receiver, metrics), known, read, stop) for receiver in chosen]
        ends.append(pool.submit(_follow, settings, stop, latest, marks, read, health))
        try:
            wait(ends, return_when=FIRST_EXCEPTION)
        finally:
            stop.set()  # where one has failed all end, and whoever started them sees it
    for end in ends:
        end.result()


def _deliver(settings: Settings, poster: Poster, known: Known, read: threading.Event, stop: threading.Event) -> None:
    pager = Pager(settings, poster, known)
    name = poster.receiver.name
    # The webhook's keeps the name that it had when there was no other: what was delivered is known by it.
    group = f"{settings.kafka.app_id}-alerts" + ("" if name == "webhook" else f"-{name}")
    while not read.wait(READ_POLL_S):
        if stop.is_set():
            return
    pager.recall(delivered_before(settings.kafka, group, stop))
    read_alerts(settings.kafka, group, stop, pager.deliver)


def _follow(
    settings: Settings, stop: threading.Event, latest: Latest, marks: Marks, read: threading.Event, health: Health
) -> None:
    """Keep the latest scores, by which pages say where their cause is, and what people have said of alerts."""
    with closing(read_state(settings.kafka, stop, marks=True, health=health)) as updates:
        for update in updates:
            latest.apply(update)
            marks.apply(update.marks, update.whole)
            read.set()
