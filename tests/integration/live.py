"""A live segpulse on a given broker: worker and Redis consumer as processes, replays, and what comes out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import redis
from kafka import KafkaConsumer, TopicPartition

from streams.tools.demo import EMBEDDED
from streams.tools.local.processes import Child
from streams.tools.local.servers import free_port

PATIENCE = 150.0  # seconds: a broker that is restarted on a busy machine takes a minute and more to be joined again


class Live:
    """Processes around one broker and one Redis; `environ` holds their settings."""

    def __init__(self, folder: Path, environ: dict[str, str]) -> None:
        self.folder = folder
        self.environ = environ
        self.worker = self.child("worker", "worker")
        self.consumer = self.child("consume-redis", "consume", "redis")

    def child(self, name: str, *arguments: str) -> Child:
        """A segpulse command with the same settings, not started yet."""
        argv = [sys.executable, "-m", "segpulse", *arguments]
        return Child(name, argv, self.folder / f"{name}.log", {**self.environ, "APP_DATADIR": str(self.folder)})

    def command(self, *arguments: str) -> str:
        """Run a segpulse command with the same settings; return what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "segpulse", *arguments],
            env={**os.environ, **self.environ},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def replay(self, file: Path, *options: str) -> dict[str, Any]:
        """Send a file; return the summary."""
        summary: dict[str, Any] = json.loads(self.command("replay", str(file), *options, "--json"))
        return summary

    def records(self, topic: str) -> list[tuple[bytes | None, bytes | None]]:
        """Everything on `topic` now, by partition in order."""
        consumer = KafkaConsumer(
            bootstrap_servers=self.environ["SEGPULSE_KAFKA_BROKER"],
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            isolation_level="read_committed",
        )
        try:
            tps = [TopicPartition(topic, p) for p in consumer.partitions_for_topic(topic) or ()]
            consumer.assign(tps)
            ends = consumer.end_offsets(tps)
            consumer.seek_to_beginning(*tps)
            found: dict[TopicPartition, list[tuple[bytes | None, bytes | None]]] = {tp: [] for tp in tps}
            while any(consumer.position(tp) < ends[tp] for tp in tps):
                for tp, batch in consumer.poll(500).items():
                    found[tp] += [(record.key, record.value) for record in batch]
            return [record for tp in tps for record in found[tp]]
        finally:
            consumer.close()

    def scores(self) -> dict[str, dict[str, Any]]:
        """The latest scores by `dimension:value`."""
        latest: dict[str, dict[str, Any]] = {}
        for key, value in self.records("segment_scores"):
            assert key is not None
            if value is None:
                latest.pop(key.decode(), None)
            else:
                latest[key.decode()] = json.loads(value)
        return latest

    def alerts(self) -> list[dict[str, Any]]:
        """All alerts, each once however often it was sent, sorted."""
        sent = {json.dumps(json.loads(value), sort_keys=True) for _, value in self.records("segment_alerts") if value}
        return sorted(map(json.loads, sent), key=alert_order)

    def dead_letters(self) -> list[dict[str, Any]]:
        """All dead letters."""
        return [json.loads(value) for _, value in self.records("dead_letters") if value]

    def redis(self) -> Any:
        """A client of the Redis that the scores go to."""
        return redis.Redis.from_url(self.environ["SEGPULSE_REDIS_URL"], decode_responses=True)

    def wait_scored(self, at: int, segments: set[str]) -> None:
        """Until Redis has just these segments, with the scores of tick `at` (ms)."""
        client = self.redis()

        def scored() -> bool:
            ats = [client.hget(f"segpulse:score:{segment}", "at") for segment in segments]
            return client.smembers("segpulse:segments") == segments and set(ats) == {str(at)}

        self.wait(scored, f"scores of {at} in Redis")

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        """Until `condition` holds."""
        until = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < until, f"no {what}; worker: {self.worker.last_lines()}"
            assert self.worker.running, f"the worker ended: {self.worker.last_lines()}"
            time.sleep(0.3)


def alert_order(alert: dict[str, Any]) -> tuple[Any, ...]:
    """A total order of alerts, for comparisons."""
    return (alert["at"], alert["dimension"], alert["value"], alert["kpi"], alert["status"], alert["state"])


@contextmanager
def live(
    folder: Path, broker: str, redis_url: str, config: Path | None, *, embedded: bool, **kafka: object
) -> Iterator[Live]:
    """A worker and a Redis consumer on `broker`, with empty topics; `kafka` are settings of that section."""
    environ = {
        "SEGPULSE_KAFKA_BROKER": broker,
        "SEGPULSE_REDIS_URL": redis_url,
        "SEGPULSE_REDIS_TTL": "1h",
        "SEGPULSE_REDIS_HEALTH_PORT": "0",
        "SEGPULSE_WORKER_PORT": str(free_port()),
        **{f"SEGPULSE_KAFKA_{key}".upper(): str(value) for key, value in kafka.items()},
        **({"SEGPULSE_CONFIG": str(config)} if config else {}),
        **(EMBEDDED if embedded else {}),
    }
    redis.Redis.from_url(redis_url).flushall()
    with started(folder, environ) as system:
        yield system


@contextmanager
def started(folder: Path, environ: dict[str, str]) -> Iterator[Live]:
    """The same with these settings, and what stands in Redis."""
    system = Live(folder, environ)
    system.command("topics", "create")
    with ExitStack() as stack:
        stack.enter_context(system.worker)
        stack.enter_context(system.consumer)
        yield system
