"""`segpulse top`: the board's table in a terminal, live or once."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from contextlib import closing

import click
from rich.console import Console
from rich.live import Live
from rich.logging import RichHandler

from consumers.connection import OutageError
from consumers.latest import Latest
from consumers.state import read_now, read_state
from consumers.top.keyboard import keyboard
from consumers.top.rows import SORTS
from consumers.top.view import View
from streams import settings
from streams.settings import Settings

FILE_WIDTH = 1_000  # characters: a file has no edge at which to cut
AROUND = 4  # lines around the rows: title, head, caption, cursor
KEYS = " · keys: s sort, d dimension, t state, w window, q quit"


@click.command()
@click.option("--sort", type=click.Choice(list(SORTS)), default="state", show_default=True, help="What comes first.")
@click.option("--dimension", "dimensions", multiple=True, metavar="NAME", help="Only this one; may be repeated.")
@click.option("--kpi", "names", multiple=True, metavar="NAME", help="Only this one; may be repeated.")
@click.option("--window", metavar="SPAN", help="Like 24h. Default: 1h, or the longest that tells something.")
@click.option("--rows", "most", type=click.IntRange(1), help="So many at most. Default: what fits; with --once, all.")
@click.option("--once", is_flag=True, help="Print it once and end; also where the output is no terminal.")
@click.pass_context
def command(
    ctx: click.Context,
    sort: str,
    dimensions: tuple[str, ...],
    names: tuple[str, ...],
    window: str | None,
    most: int | None,
    once: bool,
) -> None:
    """Show the scores in the terminal: the board's table, kept up to date until `q` or Ctrl-C.

    `state` is the board's order, the worst and the farthest from par first; `impact` how much more or less of what the
    KPI counts comes an hour than at the rest's value, as a share of all that its dimension has of it; `index` the
    farthest from par; `kpi` the KPIs together. Keys: s sorts otherwise, d, t and w choose the next dimension, state and
    window.
    """
    chosen = settings.load(ctx.obj)
    view = View(chosen, sort, window, dimensions, names)
    view.check()
    console = Console()
    if once or not console.is_terminal:
        _print(chosen, view, most, console)
    else:
        _follow(chosen, view, most, console)


def _print(chosen: Settings, view: View, most: int | None, console: Console) -> None:
    latest = Latest()
    try:
        latest.apply(read_now(chosen.kafka))
    except OutageError as error:
        raise click.ClickException(str(error)) from None
    if not console.is_terminal:
        console.width = FILE_WIDTH
    console.print(view.table(latest, most or sys.maxsize, console.width))


def _follow(chosen: Settings, view: View, most: int | None, console: Console) -> None:
    stop, latest = threading.Event(), Latest()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with Live(console=console, auto_refresh=False) as live, keyboard() as pressed:
        logging.basicConfig(level=logging.WARNING, handlers=[RichHandler(console=live.console, show_path=False)])
        with closing(read_state(chosen.kafka, stop)) as updates:
            for update in updates:
                latest.apply(update)
                for key in pressed():
                    if key == "q":
                        stop.set()
                    view.press(key)
                shown = most or max(1, console.height - AROUND)
                live.update(view.table(latest, shown, console.width, KEYS), refresh=True)
