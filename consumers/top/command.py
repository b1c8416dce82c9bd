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
from rich.table import Table

from consumers.connection import OutageError
from consumers.latest import Latest
from consumers.state import read_now, read_state
from consumers.top.rows import SORTS, rows, usual_window
from consumers.top.table import table
from streams import settings
from streams.kpis.catalogue import catalogue
from streams.settings import Settings

FILE_WIDTH = 1_000  # characters: a file has no edge at which to cut
AROUND = 4  # lines around the rows: title, head, caption, cursor


class View:
    """What was asked to be shown."""

    def __init__(
        self, chosen: Settings, sort: str, window: str | None, dimensions: tuple[str, ...], names: tuple[str, ...]
    ) -> None:
        self._kpis = catalogue(chosen)
        self._windows = [str(each) for each in chosen.scoring.windows]
        self._sort, self._window, self._dimensions, self._names = sort, window, dimensions, names

    def check(self, chosen: Settings) -> None:
        """Raises UsageError where it names what there is not."""
        asked = (
            ("--window", [self._window] if self._window else [], self._windows),
            ("--dimension", self._dimensions, list(chosen.dimensions)),
            ("--kpi", self._names, list(self._kpis)),
        )
        for option, given, known in asked:
            for name in given:
                if name not in known:
                    raise click.UsageError(f"{option}: there is no {name!r}; there are {', '.join(known)}")

    def table(self, latest: Latest, shown: int, width: int) -> Table:
        """The table of what stands."""
        segments = [scored.scores for scored in latest.all()]
        window = self._window or usual_window(segments, self._windows)
        found = rows(
            segments, self._kpis, window=window, dimensions=self._dimensions, names=self._names, sort=self._sort
        )
        return table(found, shown, f"{len(segments):,} segments, last {window}, by {self._sort}", width)


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
    """Show the scores in the terminal: the board's table, kept up to date until Ctrl-C.

    `state` is the board's order, the worst and the farthest from par first; `impact` how much more or less of what the
    KPI counts comes an hour than at the rest's value; `index` the farthest from par; `kpi` the KPIs together.
    """
    chosen = settings.load(ctx.obj)
    view = View(chosen, sort, window, dimensions, names)
    view.check(chosen)
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
    with Live(console=console, auto_refresh=False) as live:
        logging.basicConfig(level=logging.WARNING, handlers=[RichHandler(console=live.console, show_path=False)])
        with closing(read_state(chosen.kafka, stop)) as updates:
            for update in updates:
                latest.apply(update)
                shown = most or max(1, console.height - AROUND)
                live.update(view.table(latest, shown, console.width), refresh=True)
