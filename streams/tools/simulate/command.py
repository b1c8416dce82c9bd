"""`segpulse simulate`: a B2B audience's traffic, with a story in it, to Kafka or into a file."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import click
import msgspec

from streams import settings
from streams.settings import Span
from streams.tools.files.moments import parse_time
from streams.tools.files.source import SourceRecord
from streams.tools.sending.pace import FullSpeed, Live
from streams.tools.sending.producer import EventProducer
from streams.tools.sending.progress import shown
from streams.tools.sending.send import Summary, send_all
from streams.tools.simulate.audience import make_audience
from streams.tools.simulate.season import HOUR
from streams.tools.simulate.story import DEFAULT, Played, Story, load_story, place
from streams.tools.simulate.traffic import Traffic
from streams.tools.topics import TopicsError

_BUILT_IN = "built-in"


class SpanType(click.ParamType):
    """A span of time, like 6h."""

    name = "span"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Span:
        try:
            return Span.parse(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Instant(click.ParamType):
    """A time in ISO 8601 (ms)."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            return parse_time(value, "iso", "UTC")
        except ValueError:
            self.fail(f"{value!r} is not ISO 8601, like 2026-01-01 or 2026-01-01T08:00:00Z", param, ctx)


class _Plan(NamedTuple):
    """From when to when (ms), and the span that the story is laid over."""

    start: int
    until: int | None  # None: for ever
    now: int
    story_span: int


@click.command()
@click.option("--seed", default=1, show_default=True, help="The same seed and start make the same events.")
@click.option(
    "--visitors",
    default=20_000,
    show_default=True,
    type=click.IntRange(1, 1_000_000),
    help="How many people there are.",
)
@click.option(
    "--rate", default=10.0, show_default=True, type=click.FloatRange(min=0, min_open=True),
    help="Events a second, on the mean of a week: nights and weekends have fewer.",
)  # fmt: skip
@click.option("--history", type=SpanType(), help="Begin so long ago, at once. Default: 6h, with --live nothing.")
@click.option("--live", is_flag=True, help="Go on as time goes by, until stopped.")
@click.option("--start", type=Instant(), help="A fixed span instead: from this time (ISO 8601) …")
@click.option("--for", "length", type=SpanType(), help="… for so long, like 14d.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write JSON lines instead of to Kafka.")
@click.option(
    "--story", is_flag=False, flag_value=_BUILT_IN, default=_BUILT_IN, metavar="[FILE]",
    help="What is made to happen (TOML; without a file, and by default, the built-in story).",
)  # fmt: skip
@click.option("--no-story", is_flag=True, help="Nothing out of the ordinary.")
@click.option(
    "--story-out", type=click.Path(path_type=Path, dir_okay=False),
    help="Where the story is written as JSON. Default: beside --out, else it is printed.",
)  # fmt: skip
@click.pass_context
def command(
    ctx: click.Context, seed: int, visitors: int, rate: float, history: Span | None, live: bool, start: int | None,
    length: Span | None, out: Path | None, story: str, no_story: bool, story_out: Path | None,
) -> None:  # fmt: skip
    """Make the traffic of a B2B manufacturer's audience, into Kafka or a file.

    Profiles, then events in time order. In the built-in story Tier-2 cities begin to do better, one industry's form
    breaks, one falls silent, and everybody dips at once.
    """
    plan = _plan(history, live, start, length)
    if live and out is not None:
        raise click.UsageError("--live goes to Kafka: leave out --out")
    chapters = () if no_story else DEFAULT if story == _BUILT_IN else load_story(Path(story))
    played = [place(chapter, plan.start, plan.story_span) for chapter in chapters]
    audience = make_audience(seed, visitors)
    traffic = Traffic(seed, audience, Story(played, audience), rate, plan.start)
    _tell(played, story_out or (out.with_suffix(".story.json") if out is not None else None))
    records = shown(traffic.records(plan.until), "simulate", total=None)  # how many it will be is drawn on the way
    if out is not None:
        click.echo(f"{_write(records, out):,} events in {out}")
        return
    try:
        click.echo(str(_send(records, plan, settings.load(ctx.obj))))
    except TopicsError as error:
        raise click.ClickException(str(error)) from None
    except KeyboardInterrupt:
        click.echo("stopped", err=True)


def _plan(history: Span | None, live: bool, start: int | None, length: Span | None) -> _Plan:
    now = int(time.time() * 1000)
    if start is not None or length is not None:
        if start is None or length is None or live or history is not None:
            raise click.UsageError("--start and --for belong together, and go without --history and --live")
        return _Plan(start, start + length, now, length)
    past = history if history is not None else Span(0 if live else 6 * HOUR)
    # Live, the story goes on as long again as its history.
    return _Plan(now - past, None if live else now, now, max(2 * past, HOUR) if live else past)


def _tell(played: list[Played], to: Path | None) -> None:
    if played and to is None:
        click.echo(msgspec.json.encode(played))
    elif to is not None:
        to.write_bytes(msgspec.json.format(msgspec.json.encode(played)))


def _write(records: Iterable[SourceRecord], to: Path) -> int:
    count = 0
    with to.open("wb") as lines:
        for record in records:
            lines.write(b'{"topic":"%b",%b\n' % (record.topic.encode(), record.value[1:]))
            count += 1
    return count


def _send(records: Iterable[SourceRecord], plan: _Plan, chosen: settings.Settings) -> Summary:
    with EventProducer(chosen.kafka) as producer:
        if plan.until is None:
            return send_all(records, producer, Live(producer.heartbeat, plan.now))
        return send_all(records, producer, FullSpeed(producer.heartbeat), chosen.time)
