"""How long it takes until scores that are there stand in Redis: all segments of a large board at once."""

from __future__ import annotations

from pathlib import Path

import msgspec

from streams.tools.bench.progress import bar
from streams.tools.bench.task import Task

SHAPES = ((10_000, 20, 1), (1_000, 20, 4))  # segments, KPIs, windows
ROUNDS = 5
_WITHIN = 600.0  # seconds


class Shape(msgspec.Struct, kw_only=True):
    """What is written."""

    redis: str
    segments: int
    kpis: int
    windows: int
    rounds: int


class RedisWrites(msgspec.Struct, kw_only=True):
    """Seconds on the clock for all segments, from scores in memory to Redis' answer."""

    segments: int
    kpis: int
    windows: int
    fields: int  # of a segment's hash
    fill_seconds: float  # into an empty Redis
    update_seconds: float  # the median update, in which every figure is another
    own_cpu_seconds: float  # of it, what the writing process had of the processor
    redis_cpu_seconds: float  # and Redis


def redis_writes(redis: str, folder: Path, segments: int, kpis: int, windows: int) -> RedisWrites:
    """Measure it. Raises BenchError."""
    shape = Shape(redis=redis, segments=segments, kpis=kpis, windows=windows, rounds=ROUNDS)
    # The consumers stand above the tools: it is started by its name.
    with bar("redis", 1 + ROUNDS) as tell, Task("consumers.redis.bench", shape, folder, package="") as task:
        return task.wait(RedisWrites, tell, _WITHIN)
