"""`segpulse backtest`: a file through the same core as live, with no Kafka and in event time alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click
import msgspec
import orjson
from rich.console import Console
from rich.table import Table

from streams import settings
from streams.events.topics import PROFILES
from streams.kpis.catalogue import catalogue
from streams.kpis.measures import Measures
from streams.messages import Alert, DeadLetter, DimensionGrowth, SegmentScores, Watermark
from streams.panes.codec import by_dimension
from streams.panes.panes import Change
from streams.quality.grown import grown
from streams.scoring.alerts.grouping import Groups
from streams.scoring.daily import Earlier
from streams.scoring.scorer import DimensionScorer
from streams.settings import Dimension, Settings, SettingsError
from streams.tools.evaluate import command as evaluation
from streams.tools.evaluate.own import Own
from streams.tools.feed import Feed
from streams.tools.files import mapping as mappings
from streams.tools.files.read import SourceRecord, Unroutable, read_counted
from streams.tools.sending.progress import shown

SHOWN = 100  # bytes of a record that was not counted


class Result(NamedTuple):
    """What a backtest found."""

    events: Counter[str]  # counted, by topic
    duplicates: int
    dead_letters: Counter[str]  # by reason
    refused: dict[str, str]  # by reason, what is wrong with the first of them
    scores: list[SegmentScores]  # as of the last tick
    alerts: list[Alert]  # in the order in which they would have come
    earlier: dict[str, Earlier]  # by dimension, likewise as of the last tick
    growth: dict[str, list[DimensionGrowth]]  # by dimension, of these


class Backtest:
    """One source partition and the scorers of all dimensions; `also` is handed the panes that have changed."""

    def __init__(self, chosen: Settings, also: Callable[[Sequence[Change]], None] = lambda _: None) -> None:
        self._kpis = kpis = catalogue(chosen)
        self._measures = measures = Measures(kpis.values())
        self._feed = Feed(chosen, measures, self._passed)
        self._scorers = {name: DimensionScorer(name, chosen, kpis, measures, 1) for name in chosen.dimensions}
        self._alerts: list[Alert] = []
        self._also = also

    def run(self, records: Iterable[SourceRecord | Unroutable]) -> Result:
        """Score all of `records`, to the first tick after the last of them."""
        self._feed.run(records)
        partition, stats = self._feed.partition, self._feed.partition.stats
        refused = {letter.reason: _refused(letter) for letter in reversed(partition.dead_letters)} | self._feed.first
        earlier = {name: found for name, scorer in self._scorers.items() if (found := scorer.earlier()) is not None}
        return Result(
            events=stats.events - stats.duplicates,
            duplicates=sum(stats.duplicates.values()),
            dead_letters=Counter(letter.reason for letter in partition.dead_letters) + self._feed.unroutable,
            refused=refused,
            scores=[score for scorer in self._scorers.values() for score in scorer.scores()],
            alerts=sorted(self._alerts, key=lambda alert: alert.at),
            earlier=earlier,
            growth={name: grown(each, self._kpis, self._measures) for name, each in earlier.items()},
        )

    def _passed(self, watermark: int, changes: list[Change]) -> None:
        self._also(changes)
        for change in changes:
            if change.snapshot is not None:
                parts = by_dimension(change.snapshot)
                for scorer in self._scorers.values():
                    for dimension in filter(parts.__contains__, scorer.reads):
                        scorer.offer(parts[dimension])
        for scorer in self._scorers.values():
            scorer.offer_watermark(Watermark(partition=0, watermark=watermark))
            for alerts in scorer.ticks():
                self._alerts.extend(alerts)


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--mapping", "mapping_file", type=click.Path(path_type=Path), help="How rows become events (TOML).")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.option("--evaluate", is_flag=True, help="Measure detection rules against each other on simulated streams.")
@evaluation.options
@click.pass_context
def command(
    ctx: click.Context, /, file: Path | None, mapping_file: Path | None, as_json: bool, evaluate: bool, **options: Any
) -> None:
    """Score FILE with no Kafka: which segments would have stood out, and which alerts would have fired?

    FILE is a CSV or JSON-lines table with --mapping, or JSON lines that are events as on Kafka, one a line, with an
    optional `topic` field. The figures are the same, number for number, as those of a live worker with the same
    settings. Without --config the settings that the mapping names are used.

    With --evaluate: how many false alarms a day would the usual rules and segpulse's raise, and how long would each
    take to find a change? On standard boards without FILE; with it on yours: its traffic and rates, conversions dealt
    anew among the segments so that there is nothing to find, and a change put in.
    """
    mapping = mappings.load(mapping_file) if mapping_file is not None else None
    chosen = settings.load(ctx.obj or (mapping.settings if mapping is not None else None))
    if evaluate:
        own = None if file is None else Own(file, mapping, chosen)
        evaluation.run(own, as_json=as_json, **options)
        return
    evaluation.refuse_options(ctx)
    if file is None:
        raise click.UsageError("name the FILE to score (only --evaluate goes without)", ctx)
    records, total = read_counted(file, mapping)
    result = Backtest(chosen).run(shown(records, "backtest", total))
    if not result.events.total():
        raise SettingsError("; ".join([f"{file}: there is nothing to score: no event was counted", *_reasons(result)]))
    if as_json:
        click.echo(_json(result))
    else:
        _print(result, chosen.dimensions)


def _refused(letter: DeadLetter) -> str:
    """What is wrong with it, and how it begins: what was read together has no numbers of lines."""
    return f"{letter.detail}: {letter.record[:SHOWN].decode(errors='replace')}"


def _reasons(result: Result) -> Iterator[str]:
    """Why records were not counted, with the first of each."""
    for reason, count in result.dead_letters.most_common():
        yield f"{count:,} {reason}, first {result.refused[reason]}"


def _json(result: Result) -> str:
    return orjson.dumps(
        {
            "events": sum(count for topic, count in result.events.items() if topic != PROFILES),
            "duplicates": result.duplicates,
            "dead_letters": sum(result.dead_letters.values()),
            "dead_letters_by_reason": result.dead_letters,
            "dead_letters_first": result.refused,
            "scores": msgspec.to_builtins(result.scores),
            "alerts": msgspec.to_builtins(result.alerts),
            "growth": msgspec.to_builtins(result.growth),
        }
    ).decode()


def _calls(result: Result, dimensions: Mapping[str, Dimension]) -> Iterator[str]:
    """What people would have been told, tick by tick: of alerts of one cause the heaviest."""
    for head, members in Groups(dimensions).take(result.alerts):
        more = f" (and {len(members) - 1} more of the same cause)" if len(members) > 1 else ""
        yield f"{head.status:9}{head.kind:9}{head.summary}{more}"


def _print(result: Result, dimensions: Mapping[str, Dimension]) -> None:
    """Those that stand out, longest window first, and why; then the alerts."""
    console = Console(emoji=False)  # `industry:a:` is a segment
    table = Table("segment", "KPI", "window", "value", "rest", "index", "trials", "state")
    for score in result.scores:
        for cell in score.cells:
            if cell.state in ("watch", "over", "under", "silent") and cell.value is not None and cell.rest is not None:
                table.add_row(
                    f"{score.dimension}:{score.value}",
                    cell.kpi,
                    cell.window,
                    f"{cell.value:.4g}",
                    f"{cell.rest:.4g}",
                    "" if cell.index is None else f"{cell.index:.0f}",
                    f"{cell.denominator:,}",
                    cell.state,
                )
    console.print(table)
    for score in result.scores:
        if score.diagnosis is not None:
            why = f"{score.dimension}:{score.value}: {score.diagnosis.summary} ({score.diagnosis.window})"
            console.print(why, markup=False, soft_wrap=True)
    for line in _calls(result, dimensions):
        console.print(line, markup=False, soft_wrap=True)
    console.print(
        f"{result.events.total():,} records counted, {result.duplicates:,} duplicates, "
        f"{result.dead_letters.total():,} dead letters, {len(result.alerts):,} alerts"
    )
    for line in _reasons(result):
        console.print(f"dead letters: {line}", markup=False, soft_wrap=True)
