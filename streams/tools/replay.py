"""`segpulse replay`: a file's events to Kafka, at any speed, such that everything in it is scored."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
import msgspec
import orjson

from streams import settings
from streams.settings import SettingsError
from streams.tools.files import mapping as mappings
from streams.tools.files.read import SourceRecord, Unroutable, read_counted
from streams.tools.sending.pace import FullSpeed, Paced
from streams.tools.sending.producer import EventProducer
from streams.tools.sending.progress import shown
from streams.tools.sending.send import send_all
from streams.tools.topics import TopicsError


class Speed(click.ParamType):
    """A positive number, or `max` (None)."""

    name = "speed"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float | None:
        if value == "max":
            return None
        try:
            speed = float(value)
        except ValueError:
            speed = 0.0
        if not 0 < speed < float("inf"):
            self.fail(f"{value!r} is neither a positive number nor 'max'", param, ctx)
        return speed


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--mapping", "mapping_file", type=click.Path(path_type=Path), help="How rows become events (TOML).")
@click.option(
    "--speed",
    type=Speed(),
    default="max",
    show_default=True,
    metavar="N|max",
    help="Seconds of the file's time a second: 3600 sends an hour in a second.",
)
@click.option(
    "--shift", type=click.Choice(["now"]), metavar="now", help="Move all times so that the last event is now."
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@click.pass_context
def command(
    ctx: click.Context, file: Path, mapping_file: Path | None, speed: float | None, shift: str | None, as_json: bool
) -> None:
    """Send FILE to Kafka as events: a CSV or JSON-lines table with --mapping, or JSON lines that are events.

    An event without a mapping is a line exactly as on Kafka, with an optional `topic` field. Mappings for three data
    sets are in examples/. What cannot be sent becomes a dead letter. Without --config the settings that the mapping
    names are used.

    --shift is for a worker on the wall clock and needs a mapping: JSON lines are sent as they are.
    """
    mapping = mappings.load(mapping_file) if mapping_file is not None else None
    chosen = settings.load(ctx.obj or (mapping.settings if mapping is not None else None))
    records, total = read_counted(file, mapping)
    if shift is not None:
        records = shifted(records, mapping is not None)
    try:
        with EventProducer(chosen.kafka) as producer:
            pace = FullSpeed(producer.heartbeat) if speed is None else Paced(producer.heartbeat, speed)
            # A worker on the wall clock goes on by itself.
            summary = send_all(shown(records, "replay", total), producer, pace, chosen.time if shift is None else None)
    except TopicsError as error:
        raise click.ClickException(str(error)) from None
    click.echo(msgspec.json.encode(summary).decode() if as_json else str(summary))


def shifted(records: Iterable[SourceRecord | Unroutable], mapped: bool) -> list[SourceRecord | Unroutable]:
    """`records` with all times moved by the same span, so that the last is now. Raises SettingsError on JSON lines."""
    if not mapped:
        raise SettingsError("--shift needs --mapping: events in JSON lines are sent as they are, with their own times")
    kept = list(records)
    last = max((record.timestamp for record in kept if isinstance(record, SourceRecord)), default=0)
    by = int(time.time() * 1000) - last
    return [_moved(record, by) if isinstance(record, SourceRecord) else record for record in kept]


def _moved(record: SourceRecord, by: int) -> SourceRecord:
    timestamp = record.timestamp + by
    value = orjson.dumps({**orjson.loads(record.value), "timestamp": timestamp})
    return record._replace(value=value, timestamp=timestamp)
