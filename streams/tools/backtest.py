"""`segpulse backtest`: a file through the same core as live, with no Kafka and in event time alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import click
import msgspec
import numpy as np
import orjson
from rich.console import Console
from rich.table import Table

from streams import settings
from streams.events.topics import HEARTBEAT, PROFILES, SOURCE_TOPICS
from streams.kpis.catalogue import catalogue
from streams.kpis.measures import Measures
from streams.messages import Alert, SegmentScores, Watermark
from streams.panes.codec import by_dimension
from streams.panes.partition import SourcePartition
from streams.scoring.grouping import Groups
from streams.scoring.scorer import DimensionScorer
from streams.settings import Dimension, Settings
from streams.tools.files import mapping as mappings
from streams.tools.files.read import SourceRecord, Unroutable, closing, come_to, read
from streams.tools.sending.pace import FullSpeed


class Result(NamedTuple):
    """What a backtest found."""

    events: Counter[str]  # counted, by topic
    duplicates: int
    dead_letters: Counter[str]  # by reason
    scores: list[SegmentScores]  # as of the last tick
    alerts: list[Alert]  # in the order in which they would have come


class Backtest:
    """One source partition and the scorers of all dimensions, driven by records and heartbeats as a worker is."""

    def __init__(self, chosen: Settings) -> None:
        kpis = catalogue(chosen.kpis)
        measures = Measures(kpis.values())
        self._settings = chosen
        self._partition = SourcePartition(0, chosen, measures)
        self._partition.load({}, None, {}, {})
        self._scorers = {name: DimensionScorer(name, chosen, kpis, measures, 1) for name in chosen.dimensions}
        self._waiting: dict[str, list[bytes]] = {topic: [] for topic in SOURCE_TOPICS}
        self._next = dict.fromkeys(SOURCE_TOPICS, 0)
        self._unroutable: Counter[str] = Counter()
        self._alerts: list[Alert] = []

    def run(self, records: Iterable[SourceRecord | Unroutable]) -> Result:
        """Score all of `records`, to the first tick after the last of them."""
        pace = FullSpeed(self._heartbeat)
        newest: int | None = None
        for record in records:
            if isinstance(record, Unroutable):
                self._unroutable[record.reason] += 1
                continue
            newest = come_to(newest, record)
            if newest is not None:
                pace.before(newest)
            self._add(record.topic, record.value)
        if newest is not None:
            self._heartbeat(closing(newest, self._settings.time.tick) + self._settings.time.lateness)
        return self._result()

    def _add(self, topic: str, value: bytes) -> None:
        self._waiting[topic].append(value)
        self._next[topic] += 1

    def _heartbeat(self, timestamp: int) -> None:
        value = orjson.dumps({"event": HEARTBEAT, "timestamp": timestamp})
        for topic, waiting in self._waiting.items():
            self._add(topic, value)
            first = self._next[topic] - len(waiting)
            self._partition.take(topic, np.arange(first, self._next[topic]), waiting)
            waiting.clear()
        watermark = self._partition.advance()
        if watermark is None:
            return
        for change in self._partition.changes():
            if change.snapshot is not None:
                for dimension, snapshot in by_dimension(change.snapshot).items():
                    self._scorers[dimension].offer(snapshot)
        for scorer in self._scorers.values():
            scorer.offer_watermark(Watermark(partition=0, watermark=watermark))
            for alerts in scorer.ticks():
                self._alerts.extend(alerts)

    def _result(self) -> Result:
        partition, stats = self._partition, self._partition.stats
        dead = Counter(letter.reason for letter in partition.dead_letters) + self._unroutable
        duplicates = sum(stats.duplicates.values())
        return Result(
            events=stats.events - stats.duplicates,
            duplicates=duplicates,
            dead_letters=dead,
            scores=[score for scorer in self._scorers.values() for score in scorer.scores()],
            alerts=sorted(self._alerts, key=lambda alert: alert.at),
        )


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--mapping", "mapping_file", type=click.Path(path_type=Path), help="How rows become events (TOML).")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.pass_context
def command(ctx: click.Context, file: Path, mapping_file: Path | None, as_json: bool) -> None:
    """Score FILE with no Kafka: which segments would have stood out, and which alerts would have fired?

    FILE is a CSV or JSON-lines table with --mapping, or JSON lines that are events as on Kafka, one a line, with an
    optional `topic` field. The figures are the same, number for number, as those of a live worker with the same
    settings. Without --config the settings that the mapping names are used.
    """
    mapping = mappings.load(mapping_file) if mapping_file is not None else None
    chosen = settings.load(ctx.obj or (mapping.settings if mapping is not None else None))
    result = Backtest(chosen).run(read(file, mapping))
    if as_json:
        click.echo(_json(result))
    else:
        _print(result, chosen.dimensions)


def _json(result: Result) -> str:
    return orjson.dumps(
        {
            "events": sum(count for topic, count in result.events.items() if topic != PROFILES),
            "duplicates": result.duplicates,
            "dead_letters": sum(result.dead_letters.values()),
            "dead_letters_by_reason": result.dead_letters,
            "scores": msgspec.to_builtins(result.scores),
            "alerts": msgspec.to_builtins(result.alerts),
        }
    ).decode()


def _calls(result: Result, dimensions: Mapping[str, Dimension]) -> Iterator[str]:
    """What people would have been told, tick by tick: of alerts of one cause the heaviest."""
    for head, members in Groups(dimensions).take(result.alerts):
        more = f" (and {len(members) - 1} more of the same cause)" if len(members) > 1 else ""
        yield f"{head.status:9}{head.kind:9}{head.summary}{more}"


def _print(result: Result, dimensions: Mapping[str, Dimension]) -> None:
    """Those that stand out, longest window first; then the alerts."""
    console = Console()
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
    for line in _calls(result, dimensions):
        console.print(line, markup=False)
    dead = ", ".join(f"{count:,} {reason}" for reason, count in result.dead_letters.items()) or "none"
    console.print(
        f"{sum(result.events.values()):,} records counted, {result.duplicates:,} duplicates, dead letters: {dead}; "
        f"{len(result.alerts):,} alerts"
    )
