"""Slopes and ratios from made-up samples; growth in process, on few events."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from streams.kpis.catalogue import BUILT_IN, catalogue
from streams.settings import load
from streams.tools.bench import settings
from streams.tools.bench.events import drafts
from streams.tools.bench.growth import BATCH, measure
from streams.tools.bench.memory import slope
from streams.tools.bench.peers.run import BARE, QUIX, Peer
from streams.tools.bench.report import ratios
from streams.tools.bench.throughput import Throughput
from streams.tools.bench.workers import Sample


def sample(at: float, events: int, resident: float = 0.0) -> Sample:
    return Sample(at=at, events=events, cpu=0.0, resident=int(resident), watermark=0.0)


def test_slope_is_of_the_second_half() -> None:
    samples = [sample(0, 1_000_000, 900e6), *(sample(n, n * 1_000_000, (100 + 3 * n) * 1e6) for n in range(5, 11))]
    assert slope(samples) == pytest.approx(3.0)
    assert slope(samples[:1]) == 0.0


def test_ratios_of_what_was_measured() -> None:
    one, two = (_throughput(1, 200.0), _throughput(2, 250.0))
    assert ratios([one], []) == {}
    assert ratios([one, two], [_peer(BARE, 400.0), _peer(QUIX, 10.0)]) == {
        f"one worker / {BARE}": 0.5,
        f"one worker / {QUIX}": 20.0,
        "2 workers / one worker": 1.25,
    }
    full = msgspec.structs.replace(one, full=True, events_per_second=150.0)
    assert ratios([one, full], []) == {"one worker, all on / one worker": 0.75}


def test_all_on_is_all_there_is(tmp_path: Path) -> None:
    usual, full = (load(settings.write(tmp_path / "it.toml", full=full)) for full in (False, True))
    assert catalogue(full).keys() == BUILT_IN.keys() > catalogue(usual).keys()
    assert full.paths.to
    assert full.visitors.publish
    assert full.dimensions.keys() - usual.dimensions.keys() == {"interest"}


def test_growth_counts_every_event() -> None:
    cost = measure({"small": 5, "large": 300}, drafts(500, 1), BATCH, 500, 1)
    assert (cost.dimensions, cost.largest, cost.events) == (2, 300, BATCH)
    assert cost.cpu_us_per_event > 0


def _throughput(workers: int, rate: float) -> Throughput:
    return Throughput(
        workers=workers, events=1, counted=1, events_per_second=rate, seconds=1.0,
        seconds_from_start=1.0, cpu_seconds_per_million_events=1.0, peak_resident_mb=1.0,
    )  # fmt: skip


def _peer(name: str, rate: float) -> Peer:
    return Peer(
        name=name, does="", version="", events=1, seconds=1.0, events_per_second=rate,
        cpu_seconds_per_million_events=1.0,
    )  # fmt: skip
