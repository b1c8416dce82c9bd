"""All that was measured: as JSON, and as tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
from rich.console import Console
from rich.table import Table

from streams.tools.bench.fill import Filled
from streams.tools.bench.growth import Growth
from streams.tools.bench.latency import Latency
from streams.tools.bench.machine import Machine
from streams.tools.bench.memory import Memory
from streams.tools.bench.peers.run import BARE, QUIX, Peer
from streams.tools.bench.redis_writes import RedisWrites
from streams.tools.bench.throughput import FULL, Throughput
from streams.tools.bench.tick import TickCost


class Report(msgspec.Struct, kw_only=True):
    """What was not measured is None or empty."""

    machine: Machine
    load: Filled | None = None
    throughput: list[Throughput] = []
    peers: list[Peer] = []
    ratios: dict[str, float] = {}
    latency: Latency | None = None
    memory: Memory | None = None
    growth: list[Growth] = []
    tick: list[TickCost] = []
    redis: list[RedisWrites] = []


def ratios(throughput: list[Throughput], peers: list[Peer]) -> dict[str, float]:
    """How much faster one is than another, of those that were measured."""
    rates = {_name(each): each.events_per_second for each in throughput}
    rates |= {peer.name: peer.events_per_second for peer in peers}
    pairs = {
        f"one worker / {BARE}": ("1", BARE),
        f"one worker / {QUIX}": ("1", QUIX),
        **{f"{n} workers / one worker": (n, "1") for n in rates if n.isdigit() and n != "1"},
        f"one worker, {FULL} / one worker": (f"1, {FULL}", "1"),
    }
    return {
        name: round(rates[over] / rates[under], 3)
        for name, (over, under) in pairs.items()
        if rates.get(over) and rates.get(under)
    }


def _name(measured: Throughput) -> str:
    return f"{measured.workers}, {FULL}" if measured.full else str(measured.workers)


def show(report: Report, console: Console) -> None:
    """Tables of what was measured."""
    at = report.machine
    console.print(f"{at.cpu}, {at.cores} cores, {at.memory_gb} GB; {at.system}; Python {at.python}; Kafka {at.kafka}")
    if report.load:
        console.print(f"{report.load.events:,} events of {report.load.mean_bytes:.0f} bytes on average")
    for table in _tables(report):
        console.print(table)
    for name, ratio in report.ratios.items():
        console.print(f"{name}: {ratio:.2f}")


def _tables(report: Report) -> Iterator[Table]:
    if report.throughput or report.peers:
        yield _table("Throughput", ("who", "events/s", "CPU s / M events", "peak MB", "events", "s"), _rates(report))
    if latency := report.latency:
        seconds = (latency.p50_seconds, latency.p99_seconds, latency.max_seconds)
        shown = ["-" if each is None else f"{each:.2f}" for each in seconds]
        row = (f"{latency.rate_reached:,.0f}", *shown, f"{latency.events:,}", f"{latency.not_shown:,}")
        yield _table("Kafka to Redis, s", ("events/s", "p50", "p99", "max", "events", "not shown"), [row])
    if memory := report.memory:
        slope = f"{memory.slope_mb_per_million_events:+.2f}"
        row = (f"{memory.events:,}", f"{memory.peak_resident_mb:,.0f}", slope)
        yield _table("Memory", ("events", "peak MB", "MB / M events, second half"), [row])
    if report.growth:
        costs = [(str(each.dimensions), str(each.largest), f"{each.cpu_us_per_event:.2f}") for each in report.growth]
        yield _table("Growth", ("dimensions", "segments in the largest", "CPU µs / event"), costs)
    if report.tick:
        ticks = [
            (f"{each.segments:,}", str(each.kpis), str(each.windows), *(f"{1000 * s:,.0f}" for s in each[3:5]))
            for each in report.tick
        ]
        yield _table("Scoring tick", ("segments", "KPIs", "windows", "tick ms", "scores ms"), ticks)
    if report.redis:
        written = [
            tuple(
                f"{figure:,.2f}" if isinstance(figure, float) else f"{figure:,}"
                for figure in msgspec.structs.astuple(each)
            )
            for each in report.redis
        ]
        columns = ("segments", "KPIs", "windows", "fields each", "fill s", "update s", "CPU s", "CPU s of Redis")
        yield _table("Into Redis", columns, written)


def _rates(report: Report) -> Iterator[tuple[str, ...]]:
    for each in report.throughput:
        rate, cpu = f"{each.events_per_second:,.0f}", f"{each.cpu_seconds_per_million_events:.2f}"
        who = f"segpulse, {each.workers} worker{'s' if each.workers > 1 else ''}{f', {FULL}' if each.full else ''}"
        yield who, rate, cpu, f"{each.peak_resident_mb:,.0f}", f"{each.events:,}", f"{each.seconds:.1f}"
    for peer in report.peers:
        rate, cpu = f"{peer.events_per_second:,.0f}", f"{peer.cpu_seconds_per_million_events:.2f}"
        yield f"{peer.name} ({peer.version})", rate, cpu, "", f"{peer.events:,}", f"{peer.seconds:.1f}"


def _table(title: str, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Table:
    table = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number or title != "Throughput" else "left")
    for row in rows:
        table.add_row(*row)
    return table
