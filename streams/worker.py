"""`segpulse worker`: waits for a broker, then runs the scorer until it is stopped."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import sys
import time
from collections.abc import Mapping
from typing import Any, NoReturn

import click

from streams import settings
from streams.agents import ingest as ingest_agent
from streams.agents import score as score_agent
from streams.engine import heap, lifecycle, logs
from streams.engine.app import Pipeline
from streams.engine.fence import FencedError, NoTransactionsError, check_offered
from streams.engine.ingest import Ingest
from streams.engine.membership import NameTakenError
from streams.engine.metrics import Metrics
from streams.engine.overviews import Overviews
from streams.engine.score import Score
from streams.engine.source import LostRecordsError
from streams.kpis.catalogue import catalogue
from streams.kpis.measures import Measures
from streams.paths.paths import wanted
from streams.serving import Health, serve
from streams.settings import Kpi, Settings
from streams.tools.topics import CountsError, NoAnswerError, TopicsError, check_counts, connect, create

log = logging.getLogger("segpulse")

_PATIENCE = 10.0  # seconds to stop in
_ANSWER = 3.0  # seconds for the group to say who its members are

_SWITCH = 0.0005  # seconds for which a thread may keep the interpreter while another wants it
_YOUNG = 200_000  # objects, more made than gone, after which Python looks for cycles


@click.command()
@click.pass_context
def command(ctx: click.Context) -> None:
    """Run the scorer: events in from Kafka, scores and alerts out to Kafka.

    Start several to share the work, at most one a partition (kafka.partitions). Each tells Prometheus about itself on
    worker.port, so on one machine give each a port of its own. Topics that are missing are made. A broker that is not
    there is waited for; nothing is lost meanwhile.
    """
    chosen = settings.load(ctx.obj)
    kpis = catalogue(chosen)
    logs.set_up()
    _tune_python()
    heap.give_back_large_blocks()
    metrics, health = Metrics(), Health()
    try:
        serve(metrics.registry, health, chosen.worker.host, chosen.worker.port)
    except OSError as error:
        raise click.ClickException(
            f"worker.port: {chosen.worker.host}:{chosen.worker.port}: {error.strerror}; choose another port"
        ) from None
    _wait_for_broker(chosen, health)
    asyncio.run(_run(chosen, kpis, metrics, health))


async def _run(chosen: Settings, kpis: Mapping[str, Kpi], metrics: Metrics, health: Health) -> None:
    """Run the app until SIGTERM or SIGINT; where it fails, the process begins again."""
    pipeline = Pipeline(chosen)
    measures = Measures(kpis.values(), wanted(chosen))
    ingest = Ingest(pipeline, measures, metrics)
    score = Score(pipeline, kpis, measures, metrics)
    ingest_agent.wire(pipeline, ingest)
    score_agent.wire(pipeline, score)
    overviews = Overviews(pipeline, score, kpis, measures)
    take_leave = lifecycle.wire(pipeline, ingest, score, overviews, lambda: _look_at_topics(chosen), health)
    stop = asyncio.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)
    refused: Exception | None = None
    try:
        await check_offered(chosen.kafka)
        faust_ends = asyncio.ensure_future(_run_faust(pipeline))
        ends: set[asyncio.Future[Any]] = {asyncio.ensure_future(stop.wait()), faust_ends, pipeline.failed}
        done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for future in done:
            future.result()
        if not stop.is_set():
            raise pipeline.app.crash_reason or RuntimeError("Faust has stopped by itself")
    except NoTransactionsError as error:
        raise click.ClickException(str(error)) from None
    except (CountsError, NameTakenError, LostRecordsError) as error:
        refused = error  # beginning again would end here again
    except FencedError as error:
        refused = await _name_taken(pipeline)
        if refused is None:
            _begin_again(error)
    except (Exception, asyncio.CancelledError) as error:
        if not stop.is_set():
            _begin_again(error)
        log.error("worker: %s; it was stopping", said(error))
    with contextlib.suppress(asyncio.TimeoutError):  # a broker that is away cannot be taken leave of
        await asyncio.wait_for(take_leave(), _PATIENCE)
    with contextlib.suppress(asyncio.TimeoutError):
        await asyncio.wait_for(pipeline.app.stop(), _PATIENCE)
    if refused is not None:
        raise click.ClickException(str(refused))


async def _run_faust(pipeline: Pipeline) -> None:
    await pipeline.app.start()  # until the first partitions are loaded
    await pipeline.app.wait_until_stopped()


async def _name_taken(pipeline: Pipeline) -> NameTakenError | None:
    """Was it for its name that the worker was fenced? The fence may tell before the group does."""
    asked = asyncio.ensure_future(pipeline.consumer.ask_group())
    await asyncio.wait({asked}, timeout=_ANSWER)  # the consumer's thread may have ended, and answer nobody
    error = asked.exception() if asked.done() and not asked.cancelled() else None
    return error if isinstance(error, NameTakenError) else None


async def _look_at_topics(chosen: Settings) -> None:
    """Raise CountsError where topics have other partition counts by now; nobody to ask is not for this to say."""
    try:
        await asyncio.to_thread(check_counts, chosen.kafka)
    except CountsError:
        raise
    except TopicsError:
        return


def _tune_python() -> None:
    """For a process that makes and drops some 10,000 records at a time, and talks to Kafka in another thread.

    With Python's own settings that thread waits 5 ms for each 64 kB; and the search for cycles, of which there are next
    to none, begins every 700 objects and takes a third of all the time.
    """
    sys.setswitchinterval(_SWITCH)
    gc.freeze()
    gc.set_threshold(_YOUNG, 20, 20)


def _begin_again(error: BaseException) -> NoReturn:
    """Become a new process. Nothing is tidied up first: what a crash leaves behind is what a start can deal with."""
    log.error("worker: %s; beginning again from the last checkpoint", said(error))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)  # asyncio would hear them when it is gone
    time.sleep(1.0)
    os.execv(sys.executable, [sys.executable, "-m", "segpulse", *sys.argv[1:]])  # noqa: S606 (no shell)


def said(error: BaseException) -> str:
    """An error in one line."""
    return f"{type(error).__name__}: {error}".strip(": ")


def _wait_for_broker(chosen: Settings, health: Health) -> None:
    """Return when a broker answers and the topics are there.

    Topics that cannot be used or made end the command; so does, as RefusedError, a broker that does not let us in.
    """
    pause = 1.0
    while True:
        try:
            with connect(chosen.kafka, 0.0) as admin:
                create(admin, chosen.kafka)
            return
        except NoAnswerError as error:
            click.echo(f"{error}; trying again in {pause:.0f} s", err=True)
            health.lacks(str(error))
        except TopicsError as error:
            raise click.ClickException(str(error)) from None
        time.sleep(pause)
        pause = min(pause * 2, 30.0)
