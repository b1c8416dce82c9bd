"""`segpulse consume redis | visitors | prometheus | alerts | board`: each a process of its own."""

from __future__ import annotations

import importlib
import logging
import signal
import threading

import click

from consumers.errors import CannotStartError
from streams import settings


def run_module(ctx: click.Context, module: str) -> None:
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
    """Carry scores on: to Redis, Prometheus, those on call, or a page.

    Each is a process of its own that reads Kafka. A server that is not there is waited for.
    """


@command.command("redis", short_help="Scores and alerts into Redis.")
@click.pass_context
def redis_command(ctx: click.Context) -> None:
    """Keep every segment's scores in Redis (redis.url), one hash a segment, and the alerts in a stream.

    Scores that are not renewed for redis.ttl vanish.
    """
    run_module(ctx, "consumers.redis.consumer")


@command.command("visitors", short_help="Each visitor's segments into Redis.")
@click.pass_context
def visitors_command(ctx: click.Context) -> None:
    """Keep the segments that each visitor is in now in Redis (redis.url), one hash a visitor.

    The worker tells them where visitors.publish is true. Who does not come back for visitors.ttl vanishes.
    """
    run_module(ctx, "consumers.redis.visitors")


@command.command("prometheus", short_help="Scores as metrics for Prometheus.")
@click.pass_context
def prometheus_command(ctx: click.Context) -> None:
    """Serve the scores for Prometheus to scrape, at /metrics on prometheus.host and prometheus.port."""
    run_module(ctx, "consumers.prometheus")


@command.command("alerts", short_help="Alerts to a webhook, Slack and PagerDuty.")
@click.pass_context
def alerts_command(ctx: click.Context) -> None:
    """Post alerts to all receivers that are set: Slack, PagerDuty, and any webhook in Alertmanager's format.

    One post for each cause: several KPIs of a segment, or a segment and those within it, are one page. What cannot be
    delivered is tried again, to each receiver by itself. They are set by the environment, for what they are set to is
    secret: SEGPULSE_ALERTS_SLACK_WEBHOOK, SEGPULSE_ALERTS_PAGERDUTY_KEY, SEGPULSE_ALERTS_WEBHOOK.
    """
    run_module(ctx, "consumers.alerts.consumer")


@command.command("board", short_help="The live board, a web page.")
@click.pass_context
def board_command(ctx: click.Context) -> None:
    """Serve the live board on board.host and board.port: which segments do better or worse, since when, how sure.

    It is for this machine only. To open it to the network, set board.host, and SEGPULSE_BOARD_TOKEN to a secret that
    readers must give.
    """
    run_module(ctx, "consumers.board.server")
