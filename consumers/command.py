"""`segpulse consume redis | prometheus | alerts | board`: each a process of its own."""

from __future__ import annotations

import importlib
import logging
import signal
import threading

import click

from consumers.errors import CannotStartError
from streams import settings


def _run(ctx: click.Context, module: str) -> None:
    """Run `module.run(settings, stop)` until SIGTERM or SIGINT."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        importlib.import_module(module).run(settings.load(ctx.obj), stop)
    except CannotStartError as error:
        raise click.ClickException(str(error)) from None


@click.group()
def command() -> None:
    """Carry scores on: to Redis, Prometheus, a webhook, or a page."""


@command.command("redis")
@click.pass_context
def redis_command(ctx: click.Context) -> None:
    """Keep every segment's scores in Redis, one hash a segment, and the alerts in a stream."""
    _run(ctx, "consumers.redis.consumer")


@command.command("prometheus")
@click.pass_context
def prometheus_command(ctx: click.Context) -> None:
    """Serve the scores as metrics for Prometheus to scrape."""
    _run(ctx, "consumers.prometheus")


@command.command("alerts")
@click.pass_context
def alerts_command(ctx: click.Context) -> None:
    """Post alerts to the webhook in settings alerts.webhook, in Alertmanager's format."""
    _run(ctx, "consumers.alerts.consumer")


@command.command("board")
@click.pass_context
def board_command(ctx: click.Context) -> None:
    """Serve the live board: which segments are above or below par now, since when, how sure."""
    _run(ctx, "consumers.board.server")
