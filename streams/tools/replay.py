"""`segpulse replay`: a file's events to Kafka, at any speed, such that everything in it is scored."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click
import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from streams import settings
from streams.panes.partition import AHEAD_OF_EVENTS
from streams.settings import SettingsError
from streams.tools import mapping as mappings
from streams.tools.pace import FullSpeed, Pace, Paced
from streams.tools.producer import EventProducer
from streams.tools.records import SourceRecord, Unroutable, closing, read
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
@click.option("--mapping", "mapping_file", type=click.Path(path_type=Path), help="How the rows of a table are events.")
@click.option(
    "--speed", type=Speed(), default="max", show_default=True, metavar="N|max", help="Seconds of event time a second."
)
@click.option("--shift", type=click.Choice(["now"]), help="Move all times so that the last event is now.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@click.pass_context
def command(
    ctx: click.Context, file: Path, mapping_file: Path | None, speed: float | None, shift: str | None, as_json: bool
) -> None:
    """Send FILE to Kafka as events: a CSV or JSON-lines table with --mapping, or JSON lines that are events.

    An event without a mapping is a line exactly as on Kafka, with an optional `topic` field. What cannot be sent
    becomes a dead letter. Without --config the settings that the mapping names are used.

    --shift is for a worker on the wall clock and needs a mapping: JSON lines are sent as they are.
    """
    mapping = mappings.load(mapping_file) if mapping_file is not None else None
    chosen = settings.load(ctx.obj or (mapping.settings if mapping is not None else None))
    records: Iterable[SourceRecord | Unroutable] = read(file, mapping)
    total: int | None = None
    if mapping is not None:
        records = list(records)
        total = len(records)
    if shift is not None:
        records = shifted(records, mapping is not None)
    try:
        with EventProducer(chosen.kafka) as producer:
            summary = replay(_shown(records, total), producer, chosen.time, speed, close=shift is None)
    except TopicsError as error:
        raise click.ClickException(str(error)) from None
    click.echo(orjson.dumps(summary).decode() if as_json else _sentence(summary))


def replay(
    records: Iterable[SourceRecord | Unroutable],
    producer: EventProducer,
    times: settings.Time,
    speed: float | None,
    *,
    close: bool = True,
) -> dict[str, Any]:
    """Send `records` and count them; with `close`, let the time pass after the last until everything is scored."""
    pace: Pace = FullSpeed(producer.heartbeat) if speed is None else Paced(producer.heartbeat, speed)
    began = time.monotonic()
    sent: Counter[str] = Counter()
    dead: Counter[str] = Counter()
    first = newest = None
    for record in records:
        if isinstance(record, Unroutable):
            producer.dead_letter(record)
            dead[record.reason] += 1
            continue
        if first is None or newest is None:
            first = newest = record.timestamp
        # A time that the worker will refuse must not carry the others' time away.
        elif newest < record.timestamp <= newest + AHEAD_OF_EVENTS:
            newest = record.timestamp
        pace.before(newest)
        producer.send(record)
        sent[record.topic] += 1
    closed = None if newest is None or not close else closing(newest, times.tick)
    if closed is not None:
        producer.heartbeat(closed + times.lateness)
    producer.flush()
    if producer.too_large:
        dead["too_large"] += producer.too_large
    return {
        "events": sum(sent.values()) - producer.too_large,
        "sent": dict(sent),
        "dead_letters": dict(dead),
        "first": first,
        "last": newest,
        "scored_to": closed,
        "seconds": round(time.monotonic() - began, 3),
    }


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


def _shown(records: Iterable[SourceRecord | Unroutable], total: int | None) -> Iterator[SourceRecord | Unroutable]:
    """`records`, with a progress bar on a terminal."""
    if not sys.stderr.isatty():
        yield from records
        return
    columns = (TextColumn("replay"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield from progress.track(records, total=total)


def _sentence(summary: dict[str, Any]) -> str:
    sent = ", ".join(f"{count:,} {topic}" for topic, count in summary["sent"].items()) or "none"
    dead = ", ".join(f"{count:,} {reason}" for reason, count in summary["dead_letters"].items()) or "none"
    return f"{summary['events']:,} records in {summary['seconds']:.1f} s ({sent}); dead letters: {dead}"
