"""How long it takes from an event's arrival in Kafka to its score in Redis."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec
import numpy as np
import redis

from streams.tools.bench.curves import Curve, latencies
from streams.tools.bench.errors import BenchError
from streams.tools.bench.events import CAMPAIGNS
from streams.tools.bench.fill import Fill, Filled
from streams.tools.bench.progress import bar
from streams.tools.bench.stand import PARTITIONS, Stand
from streams.tools.bench.steady import Produced, Steady
from streams.tools.bench.task import Task
from streams.tools.bench.workers import Workers, environment, segpulse, started

WARM_UP = 10.0  # seconds whose events are left out
_EVERY = 0.02  # seconds between two looks into Redis
_READY = 120.0  # seconds for a worker to begin
_PATIENCE = 180.0  # seconds after the last event for Redis to show it
_FIELD = "engagement:24h:figures"  # its numerator: clicks, downloads and form fills: every event that is produced


class Latency(msgspec.Struct, kw_only=True):
    """Seconds from Kafka's acknowledgement of an event to a reader's seeing its count in Redis."""

    rate: float  # events a second asked for
    rate_reached: float  # and produced
    events: int  # looked at: those after the warm-up
    not_shown: int  # of these, not in Redis when it was given up; they are in no figure
    p50_seconds: float | None
    p99_seconds: float | None
    max_seconds: float | None


def latency(stand: Stand, config: Path, *, visitors: int, seed: int, rate: float, seconds: float) -> Latency:
    """One worker, one Redis consumer, and events at `rate` a second whose timestamps are now; every event is looked at.

    `config` must have the dimension `campaign`. An event's latency ends when a reader, who looks every 20 ms, first
    finds as many events of its campaign as had been acknowledged with it (see curves.py). So reading Redis is part of
    it, and up to 20 ms too much; acknowledgements are noted every 5 ms, up to that too late.
    """
    stand.new_topics()
    now = int(time.time() * 1000)
    fill = Fill(
        broker=stand.broker, partitions=PARTITIONS, events=0, visitors=visitors, seed=seed, density=1.0, until=now,
        closes=None,
    )  # fmt: skip
    with Task("fill", fill, stand.folder) as filling:
        filling.wait(Filled, lambda _: None, _READY)
    spec = Steady(broker=stand.broker, visitors=visitors, seed=seed, rate=rate, seconds=seconds)
    with ExitStack() as stack:
        consumer = segpulse("latency-redis", stand.folder, environment(stand, "latency", config), "consume", "redis")
        stack.enter_context(consumer)
        _wait_until_ready(stack.enter_context(started(stand, "latency", config)))
        client = stack.enter_context(redis.Redis.from_url(stand.redis, decode_responses=True))
        producing = stack.enter_context(Task("steady", spec, stand.folder))
        produced, shown = _watch(producing, client, int(rate * seconds))
    return _figures(spec, produced, shown)


def _wait_until_ready(workers: Workers) -> None:
    """Until every source partition has a watermark: quiet topics count as idle by then, as in a system that runs."""
    deadline = time.monotonic() + _READY
    while not workers.sample().watermark:
        if time.monotonic() > deadline:
            raise BenchError(f"latency: the worker was not ready after {_READY:.0f} s: see its log (--keep FOLDER)")
        time.sleep(0.5)


def _watch(producing: Task, client: redis.Redis, total: int) -> tuple[Produced, dict[str, Curve]]:
    """Look into Redis until it shows everything, or for so long."""
    shown: dict[str, tuple[list[float], list[int]]] = {campaign: ([], []) for campaign in CAMPAIGNS}
    deadline: float | None = None
    with bar("latency, shown in Redis", total) as tell:
        for at, counts in _looks(client):
            for campaign, count in counts.items():
                times, seen = shown[campaign]
                if count > (seen[-1] if seen else 0):
                    times.append(at)
                    seen.append(count)
            tell(sum(counts.values()))
            if producing.ended:
                deadline = deadline or at + _PATIENCE
                if at > deadline or sum(counts.values()) >= total:
                    break
    return producing.result(Produced), {campaign: Curve(*pair) for campaign, pair in shown.items()}


def _looks(client: redis.Redis) -> Iterator[tuple[float, dict[str, int]]]:
    """When it was looked (s since the epoch), and the count of each campaign."""
    while True:
        with client.pipeline(transaction=False) as pipe:
            for campaign in CAMPAIGNS:
                pipe.hget(f"segpulse:score:campaign:{campaign}", _FIELD)
            figures = pipe.execute()
        at = time.time()
        yield at, {each: _count(found) for each, found in zip(CAMPAIGNS, figures, strict=True)}
        time.sleep(_EVERY)


def _count(figures: bytes | None) -> int:
    return int(msgspec.json.decode(figures)["numerator"]) if figures else 0


def _figures(spec: Steady, produced: Produced, shown: dict[str, Curve]) -> Latency:
    begin = produced.began + min(WARM_UP, spec.seconds / 2)
    every = np.concatenate(
        [latencies(Curve(produced.times, produced.counts[each]), shown[each], begin) for each in CAMPAIGNS]
    )
    found = every[~np.isnan(every)]
    p50, p99, most = np.quantile(found, [0.5, 0.99, 1.0]).round(3).tolist() if len(found) else (None, None, None)
    return Latency(
        rate=spec.rate,
        rate_reached=round(produced.events / produced.seconds, 1),
        events=len(every),
        not_shown=len(every) - len(found),
        p50_seconds=p50,
        p99_seconds=p99,
        max_seconds=most,
    )
