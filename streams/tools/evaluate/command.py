"""The part of `segpulse backtest` that --evaluate is: its options, and what it does with them."""

from __future__ import annotations

import importlib.util
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec
from click.core import ParameterSource

from streams.tools.bench.progress import bar
from streams.tools.evaluate.cell import SEEDS, Cell
from streams.tools.evaluate.cells import standard
from streams.tools.evaluate.own import Board, Own, own_board
from streams.tools.evaluate.own_cells import earliest, own_cells

_Command = TypeVar("_Command", bound=Callable[..., Any])

#: Looks a day, of which an hour is a whole number.
_LOOKS = ("24", "48", "96", "144", "288")

_OPTIONS = (
    click.option("--runs", default=200, show_default=True, type=click.IntRange(1), help="Of each cell."),
    click.option(
        "--seeds",
        default="development",
        show_default=True,
        type=click.Choice(list(SEEDS)),
        help="Rules are tuned on development seeds; reporting seeds are for what is published alone.",
    ),
    click.option("--only", metavar="CELLS", help="Cells or kinds of cells, with commas between: null,step/+20"),
    click.option(
        "--looks", default="24", show_default=True, type=click.Choice(_LOOKS), help="A day. With FILE: its own."
    ),
    click.option("--dimension", metavar="NAME", help="With FILE. Default: the one with the most conversions."),
    click.option("--kpi", metavar="NAME", help="With FILE. Default: likewise."),
    click.option(
        "--data",
        type=click.Path(path_type=Path, file_okay=False),
        envvar="SEGPULSE_DATA",
        help="Folder of the public data, for the cells of real traffic ($SEGPULSE_DATA).",
    ),
    click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Write plots (SVG) to this folder."),
)


def options(command: _Command) -> _Command:
    """Give a command all options that --evaluate has."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def refuse_options(ctx: click.Context) -> None:
    """Raises UsageError where an option was given that means nothing without --evaluate."""
    for name in inspect.signature(run).parameters:
        if name not in ("own", "as_json") and ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            raise click.UsageError(f"--{name} goes with --evaluate", ctx)


def run(
    own: Own | None,
    *,
    as_json: bool,
    runs: int,
    seeds: str,
    only: str | None,
    looks: str,
    dimension: str | None,
    kpi: str | None,
    data: Path | None,
    out: Path | None,
) -> None:
    """Evaluate the standard cells, or those of somebody's own board; print, and plot to `out`."""
    if out is not None and importlib.util.find_spec("altair") is None:
        raise click.ClickException("altair is not installed: pip install segpulse[evaluate]")
    from streams.tools.evaluate import evaluation, report  # scipy is slow to import

    if own is None and not (dimension is None and kpi is None):
        raise click.UsageError("--dimension and --kpi choose a board from a FILE, and there is none")
    board = None if own is None else own_board(own, dimension, kpi)
    cells = _some(_cells(board, int(looks), data), only)
    total = sum(evaluation.cost(cell, runs) for cell in cells)
    try:
        with bar("looks at segments", total) as progress:
            found = evaluation.evaluate(cells, runs, seeds, progress)
    except KeyboardInterrupt:
        click.echo("stopped", err=True)
        raise click.exceptions.Exit(130) from None
    if board is not None:
        found = msgspec.structs.replace(found, segments=[evaluation.Earliest(*each) for each in earliest(board)])
    if out is not None:
        from streams.tools.evaluate import plots

        for file in plots.write(found, out):
            click.echo(f"written: {file}", err=True)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(found)))
    else:
        report.show(found)


def _cells(board: Board | None, looks: int, data: Path | None) -> list[Cell]:
    if board is not None:
        click.echo(board.said, err=True)
        return list(own_cells(board.stream, board.per_day))
    cells = list(standard(data, looks))
    missing = [name for name in ("nab", "olist") if not any(cell.name == f"null/{name}" for cell in cells)]
    if missing:
        where = f"not in {data}" if data is not None else "no --data folder"
        click.echo(f"cells of real traffic left out: {' and '.join(missing)} ({where})", err=True)
    return cells


def _some(cells: list[Cell], only: str | None) -> list[Cell]:
    if only is None:
        return cells
    names = {name.strip() for name in only.split(",")}
    unknown = names - {cell.name for cell in cells} - {_kind(cell) for cell in cells}
    if unknown:
        kinds = ", ".join(dict.fromkeys(map(_kind, cells)))
        raise click.UsageError(f"--only: there are no cells {', '.join(sorted(unknown))}; kinds are {kinds}")
    return [cell for cell in cells if cell.name in names or _kind(cell) in names]


def _kind(cell: Cell) -> str:
    return cell.name.partition("/")[0]
