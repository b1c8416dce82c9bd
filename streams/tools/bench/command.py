"""`segpulse bench`: what a worker does a second, how long scores take, and what others do with the same topics."""

from __future__ import annotations

import importlib.util
import tempfile
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console

from streams.tools.bench.errors import BenchError
from streams.tools.local.servers import ServerError
from streams.tools.local.stopping import stop_on_signals
from streams.tools.topics import TopicsError

MEASUREMENTS = ("throughput", "latency", "growth", "tick", "redis", "memory")
_USUAL = MEASUREMENTS[:5]


class Chosen(click.ParamType):
    """Some of the measurements, with commas between."""

    name = "names"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        chosen = tuple(part.strip() for part in value.split(",")) if isinstance(value, str) else tuple(value)
        for each in chosen:
            if each not in MEASUREMENTS:
                self.fail(f"{each!r} is none of {', '.join(MEASUREMENTS)}", param, ctx)
        return chosen


@click.command()
@click.option(
    "--only", type=Chosen(), default=",".join(_USUAL), show_default=True, help="What to measure; also memory."
)
@click.option("--peers", is_flag=True, help="Also a bare loop, Quix Streams and Faust's tutorial, on the same topics.")
@click.option("--peer-seconds", default=30.0, show_default=True, help="Each peer for so long at most.")
@click.option(
    "--broker", metavar="HOST:PORT", help="Use this Kafka (plaintext), which segpulse does not use otherwise."
)
@click.option("--redis", metavar="URL", help="Use this Redis, likewise.")
@click.option("--events", type=click.IntRange(1), help="How many. Default: 2,000,000, and for memory 50,000,000.")
@click.option("--visitors", default=100_000, show_default=True, type=click.IntRange(1, 1_000_000))
@click.option("--density", default=5_000.0, show_default=True, help="Events a second of event time.")
@click.option("--seed", default=1, show_default=True, help="The same seed makes the same events.")
@click.option(
    "--workers", default=1, show_default=True, type=click.IntRange(1, 4), help="Also measure so many together."
)
@click.option("--full", is_flag=True, help="Also one worker with all that can be turned on (docs/performance.md).")
@click.option("--rate", default=50_000.0, show_default=True, help="Latency: events a second.")
@click.option("--seconds", default=60.0, show_default=True, help="Latency: for so long.")
@click.option("--keep", type=click.Path(path_type=Path, file_okay=False), help="Keep logs and data in this folder.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def command(keep: Path | None, as_json: bool, **options: Any) -> None:
    """Measure segpulse on this machine, on an Apache Kafka and a Redis started for it.

    Apache Kafka must be in .cache/kafka below the current folder (.ci/run fetches it), Debian's redis-server installed.
    Two million events take a few minutes; fifty million (--only memory) a quarter of an hour or more, and 10 GB of disk
    in the temporary folder ($TMPDIR), or in --keep. Ctrl-C stops everything.
    """
    if importlib.util.find_spec("confluent_kafka") is None:
        raise click.ClickException("confluent-kafka is not installed: pip install segpulse[bench]")
    from streams.tools.bench.report import show  # these need what was just looked for
    from streams.tools.bench.run import Options, measure

    if keep is not None and keep.is_dir() and any(keep.iterdir()):
        raise click.ClickException(f"--keep {keep}: holds files already; name a new folder")
    stop_on_signals()
    try:
        with tempfile.TemporaryDirectory(prefix="segpulse-bench-") as folder:
            report = measure(Options(**options), (keep or Path(folder)).absolute())
    except KeyboardInterrupt:
        click.echo("stopped", err=True)
        raise click.exceptions.Exit(130) from None
    except (BenchError, ServerError, TopicsError) as error:
        raise click.ClickException(str(error)) from None
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(report)))
    else:
        show(report, Console())
