"""How fast scores get into Redis: a process of its own, started by `segpulse bench --only redis`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from statistics import median

import numpy as np
import redis

from consumers.redis.sink import Sink
from consumers.state import Scored, Update
from streams.messages import Cell, SegmentScores
from streams.tools.bench.redis_writes import RedisWrites, Shape
from streams.tools.bench.task import Told, work

_AT = 1_767_225_600_000  # ms
_TTL = 3_600_000  # ms
_CHANGES = 0.001  # share of the segments' KPIs whose state changes in a round: of 20 KPIs, one segment in 50


def main(shape: Shape, told: Told) -> RedisWrites:
    """All segments new, then `rounds` times all of them updated, each figure of each with another value."""
    with closing(redis.Redis.from_url(shape.redis)) as client:
        sink = Sink(client, _TTL)
        spent = []
        for number, update in enumerate(_updates(shape)):
            began = _clocks(client)
            sink.update(update)
            spent.append(tuple(end - begin for begin, end in zip(began, _clocks(client), strict=True)))
            told.done(number + 1)
        fields = client.hlen(f"segpulse:score:{_dimension(shape)}:segment-00000")
    return RedisWrites(
        segments=shape.segments,
        kpis=shape.kpis,
        windows=shape.windows,
        fields=int(fields),
        fill_seconds=round(spent[0][0], 3),
        update_seconds=round(median(clock for clock, _, _ in spent[1:]), 3),
        own_cpu_seconds=round(median(own for _, own, _ in spent[1:]), 3),
        redis_cpu_seconds=round(median(other for _, _, other in spent[1:]), 3),
    )


def _clocks(client: redis.Redis) -> tuple[float, float, float]:
    """The clock on the wall, and what this process and Redis have had of the processor."""
    info = client.info("cpu")
    return time.perf_counter(), time.process_time(), float(info["used_cpu_user"] + info["used_cpu_sys"])


def _dimension(shape: Shape) -> str:
    """One of its own for each shape: they are written to the same Redis."""
    return f"made_up_{shape.segments}"


def _updates(shape: Shape) -> Iterator[Update]:
    random = np.random.default_rng(1)
    kpis = [f"made_up_kpi_{number}" for number in range(shape.kpis)]
    windows = ("5m", "1h", "24h", "7d")[: shape.windows]
    for number in range(1 + shape.rounds):
        at, written = _AT + 10_000 * number, time.time_ns() // 1_000_000
        scored: dict[str, Scored | None] = {}
        for segment in range(shape.segments):
            figures = random.random((len(kpis), len(windows), 6)).tolist()
            changed = (random.random(len(kpis)) < _CHANGES).tolist()
            cells = [
                _cell(kpi, window, at, figures[i][j], changed[i])
                for i, kpi in enumerate(kpis)
                for j, window in enumerate(windows)
            ]
            value = f"segment-{segment:05}"
            scores = SegmentScores(dimension=_dimension(shape), value=value, at=at, to=at, cells=cells)
            scored[f"{_dimension(shape)}:{value}"] = Scored(scores, written)
        yield Update(scored, [], whole=False)


def _cell(kpi: str, window: str, at: int, figures: list[float], changed: bool) -> Cell:
    value, rest, shrunk, low, high, better = figures
    return Cell(
        kpi=kpi,
        window=window,
        start=at - 3_600_000,
        end=at,
        numerator=int(value * 1_000),
        denominator=1_000,
        value=value,
        rest=rest,
        shrunk=shrunk,
        low=low,
        high=high,
        index=100.0 * value,
        probability_better=better,
        state="under" if changed else "par",
        since=at if changed else _AT,
        kind="shift" if changed else None,
        needs_days=40.0 * rest,
    )


if __name__ == "__main__":
    work(Shape, main)
