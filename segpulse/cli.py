"""The command line: names and one-line helps here; each command lives in the module that does its work."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import click

from streams.security.tls import RefusedError
from streams.settings import SettingsError

#: command -> (module, one line of help). The module's `command` is the click command; it is imported when it is asked
#: for, so that `segpulse --help` does not wait for scipy and Faust.
COMMANDS = {
    "demo": ("streams.tools.demo", "Run everything on this machine, with simulated traffic."),
    "worker": ("streams.worker", "Run the scorer: events in, scores and alerts out."),
    "consume": ("consumers.command", "Carry scores on: redis, visitors, prometheus, alerts or board."),
    "ingest": ("producers.http.command", "Take events over HTTP: Segment, HubSpot, Salesforce, your own."),
    "replay": ("streams.tools.replay", "Send a CSV or JSON-lines file to Kafka as events."),
    "backtest": ("streams.tools.backtest", "Score a file with no Kafka: which alerts would have fired?"),
    "review": ("streams.tools.review.command", "Look over a file's segmentation: how good is it, what has changed?"),
    "simulate": ("streams.tools.simulate.command", "Make a B2B audience's traffic, with a story in it."),
    "bench": ("streams.tools.bench.command", "Measure what this machine can do, beside other tools."),
    "check": ("segpulse.checking.command", "Try every connection and setting, and say what is wrong."),
    "top": ("consumers.top.command", "The board's table in the terminal."),
    "topics": ("streams.tools.topics", "Create or check the Kafka topics."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(COMMANDS[cmd_name][0]).command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Settings file. Default: $SEGPULSE_CONFIG, else segpulse.toml here, else built-in settings.",
)
@click.version_option(package_name="segpulse")
@click.pass_context
def cli(ctx: click.Context, config: Path | None) -> None:
    """segpulse tells, while it happens, which audience segments work and which do not.

    Start with `segpulse demo`. Every command takes its settings from one file, segpulse.toml, and from environment
    variables SEGPULSE_<SECTION>_<KEY>.
    """
    ctx.obj = config  # commands call streams.settings.load(ctx.obj)


def main() -> None:
    """Run the command line. What a person must put right ends it with one line.

    Exit code 2: a setting cannot be used; 1: a server does not let us in.
    """
    try:
        cli.main(standalone_mode=True)
    except SettingsError as error:
        click.echo(f"segpulse: {error}", err=True)
        sys.exit(2)
    except RefusedError as error:
        click.echo(f"segpulse: {error}", err=True)
        sys.exit(1)
