"""`segpulse demo`: servers, topics, worker, consumers and simulated traffic on this machine, until Ctrl-C."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit, urlunsplit

import click

from streams import settings
from streams.tools import topics
from streams.tools.local.processes import Child
from streams.tools.local.servers import (
    LOOPBACK,
    Server,
    ServerError,
    embedded_broker,
    embedded_redis,
    free_port,
    listens,
)
from streams.tools.local.stopping import stop_on_signals
from streams.tools.local.supervision import Kept, stop_all

LOGS = Path(".cache") / "demo"
PATIENCE = 10.0  # seconds that children have to stop
SETTLE = "90m"  # nobody watches a demo for the day that it would take otherwise
TRAFFIC = ("--rate", "10", "--live", "--story")
#: The embedded broker waits the whole rebalance timeout whenever a worker joins. It has no transactions.
EMBEDDED = {
    "SEGPULSE_KAFKA_SESSION_TIMEOUT": "6s",
    "SEGPULSE_KAFKA_REBALANCE_TIMEOUT": "3s",
    "SEGPULSE_KAFKA_TRANSACTIONS": "false",
    "SEGPULSE_KAFKA_MEMBER": "",
    "SEGPULSE_KAFKA_SECURITY": "plaintext",
}


@click.command()
@click.option("--broker", metavar="HOST:PORT", help="Use this Kafka instead of the embedded broker.")
@click.option("--redis", "redis_url", metavar="URL", help="Use this Redis instead of the embedded one.")
@click.option(
    "--port-board",
    type=click.IntRange(1, 65_535),
    help="Port of the board, if free. Default: board.port of the settings.",
)
@click.pass_context
def command(ctx: click.Context, broker: str | None, redis_url: str | None, port_board: int | None) -> None:
    """Run everything on this machine, with simulated traffic, until Ctrl-C.

    Starts a broker and a Redis (in memory; nothing is kept), the worker, the consumers and the simulator, each as a
    process of its own. Their logs are in .cache/demo below the current folder.
    """
    base = settings.load(ctx.obj)
    ports = {
        "board": free_port(port_board or base.board.port),
        "prometheus": free_port(base.prometheus.port),
        "worker": free_port(base.worker.port),
        "alerts": free_port(base.alerts.port),
    }
    for log in LOGS.glob("*.log"):
        log.unlink()
    stop_on_signals()
    try:
        with contextlib.ExitStack() as stack:
            kafka = None if broker else stack.enter_context(embedded_broker(LOGS))
            redis = None if redis_url else stack.enter_context(embedded_redis(LOGS))
            kafka_address = kafka.address if kafka else str(broker)
            redis_address = redis.address if redis else str(redis_url)
            _create_topics(ctx, kafka_address, embedded=kafka is not None)
            click.echo(f"kafka: {kafka_address}")
            click.echo(f"redis: {without_password(redis_address)}")
            environ = environment(kafka_address, redis_address, ports, embedded=kafka is not None, config=ctx.obj)
            kept = parts(environ, alerts=base.alerts.any_receiver)
            stack.callback(lambda: stop_all([part.child for part in kept], PATIENCE))
            for part in kept:
                part.start()
            _watch(kafka, [*kept, *([Kept(redis.child)] if redis else [])], ports)
    except KeyboardInterrupt:
        click.echo("stopped", err=True)
    except (ServerError, topics.TopicsError) as error:
        raise click.ClickException(str(error)) from None


def _create_topics(ctx: click.Context, broker: str, *, embedded: bool) -> None:
    security = {"security": "plaintext"} if embedded else {}
    kafka = settings.load(ctx.obj, kafka={"broker": broker, **security}).kafka
    with topics.connect(kafka, patience=60) as admin:
        topics.create(admin, kafka)


def environment(
    broker: str, redis_url: str, ports: Mapping[str, int], *, embedded: bool, config: Path | None
) -> dict[str, str]:
    """The settings of the children, as environment variables."""
    environ = {
        "SEGPULSE_KAFKA_BROKER": broker,
        "SEGPULSE_REDIS_URL": redis_url,
        "SEGPULSE_REDIS_HEALTH_PORT": "0",
        "SEGPULSE_ALERTS_BOARD_URL": f"http://{LOOPBACK}:{ports['board']}",
        "PYTHONUNBUFFERED": "1",  # a log says at once what happened
        "APP_DATADIR": str(LOGS / "faust"),  # Faust makes this folder though its tables are in memory
    }
    for section, port in ports.items():
        environ[f"SEGPULSE_{section}_HOST".upper()] = LOOPBACK
        environ[f"SEGPULSE_{section}_PORT".upper()] = str(port)
    if config is not None:
        environ["SEGPULSE_CONFIG"] = str(config)
    else:
        environ["SEGPULSE_SCORING_SETTLE"] = SETTLE
    return {**environ, **EMBEDDED} if embedded else environ


def parts(environ: Mapping[str, str], *, alerts: bool) -> list[Kept]:
    """The worker, the consumers and the simulator, not yet started."""

    def child(name: str, *arguments: str) -> Child:
        return Child(name, [sys.executable, "-m", "segpulse", *arguments], LOGS / f"{name}.log", environ)

    consumers = ["redis", "prometheus", "board", *(["alerts"] if alerts else [])]
    return [
        Kept(child("worker", "worker")),
        *(Kept(child(f"consume-{name}", "consume", name)) for name in consumers),
        # A history sent twice would count twice: who comes after a dead simulator goes on from now.
        Kept(child("simulate", "simulate", "--history", "6h", *TRAFFIC), child("simulate", "simulate", *TRAFFIC)),
    ]


def _watch(broker: Server | None, kept: list[Kept], ports: Mapping[str, int]) -> NoReturn:
    """Tell where to look as soon as it can be looked at, and keep the children alive.

    Ends by KeyboardInterrupt, or by ServerError where the embedded broker died.
    """
    pages = {"metrics": ("prometheus", "/metrics"), "board": ("board", "")}
    while True:
        for name, (section, path) in list(pages.items()):
            if listens(ports[section]):
                click.echo(f"{name}: http://{LOOPBACK}:{ports[section]}{path}")
                del pages[name]
        for part in kept:
            if death := part.look():
                click.echo(death, err=True)
        if broker is not None and not broker.child.running:
            end = "the embedded broker ended, and with it all that it held; start the demo again. Its log ends:"
            raise ServerError("\n    ".join([end, *broker.child.last_lines()]))
        time.sleep(0.2)


def without_password(url: str) -> str:
    """The URL as it may be shown."""
    split = urlsplit(url)
    if split.password is None:
        return url
    netloc = f"{split.username or ''}:***@{split.netloc.rpartition('@')[2]}"
    return urlunsplit(split._replace(netloc=netloc))
