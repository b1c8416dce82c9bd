"""`segpulse review`: a periodic look over the segmentation, as one page or as JSON."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import click
import msgspec

from streams import settings
from streams.settings import Span
from streams.tools.files import mapping as mappings
from streams.tools.files.read import read_counted
from streams.tools.review.history import DAY
from streams.tools.review.page.render import page
from streams.tools.review.page.words import day
from streams.tools.review.run import review
from streams.tools.sending.progress import shown
from streams.tools.simulate.command import Instant, SpanType


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--mapping", "mapping_file", type=click.Path(path_type=Path), help="How rows become events (TOML).")
@click.option("--since", type=Instant(), help="First day of the period (ISO 8601, UTC). Default: the file's last days.")
@click.option("--period", type=SpanType(), default="30d", show_default=True, help="How long it is, in whole days.")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), default="review.html", show_default=True,
    help="Where the page is written.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON, and write no page.")
@click.pass_context
def command(
    ctx: click.Context, file: Path, mapping_file: Path | None, since: int | None, period: Span, out: Path, as_json: bool
) -> None:
    """Look over the segmentation of FILE: how good is it, what has changed, who made it change?

    FILE and --mapping are as for `segpulse backtest`. The period is compared with as many days before it. The page is
    one HTML file that needs nothing else; docs/quality.md says what each figure means.
    """
    if since is not None and since % DAY:
        raise click.UsageError("--since: a day (UTC), like 2026-01-31", ctx)
    if not period or period % DAY:
        raise click.UsageError("--period: whole days, like 30d", ctx)
    mapping = mappings.load(mapping_file) if mapping_file is not None else None
    chosen = settings.load(ctx.obj or (mapping.settings if mapping is not None else None))
    now = int(datetime.now(timezone.utc).timestamp() * 1000)
    records, total = read_counted(file, mapping)
    found = review(file, shown(records, "review", total), chosen, since=since, period=period, today=now)
    if as_json:
        click.echo(msgspec.json.encode(found))
        return
    out.write_text(page(found), "utf-8")
    click.echo(f"{out}: {day(found.start)} to {day(found.end - DAY)}; the next review is due on {day(found.due)}")
    today = datetime.fromtimestamp(found.date / 1000, tz=timezone.utc).date()
    click.echo(f"set review.last = {today}, and Grafana and the board say when the next is due")
