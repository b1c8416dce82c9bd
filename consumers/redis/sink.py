"""Writes scores and alerts to Redis, many segments a round trip."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

import msgspec
import redis

from consumers.redis import quality, scripts
from consumers.redis.fields import VERSION
from consumers.redis.packed import Packed
from consumers.state import Scored, Update
from streams.messages import Alert, DimensionOverview

CELLS_A_TRIP = 4_000  # Redis does nothing else for so long: about 20 ms
SWEPT_A_TRIP = 200  # segments
THREADS = 2  # while Redis works for one, the other makes ready what comes next
CHANGES_KEPT = 50_000
ALERTS_KEPT = 10_000
ALERTS_REMEMBERED = 20_000  # more than are kept: the stream is trimmed in whole blocks only


class Sink:
    """The Redis side of the contract (DESIGN, "What goes out"). Every method may raise redis.RedisError.

    Each may be repeated after an error: nothing is written twice, and nothing older over something newer.
    """

    def __init__(self, client: redis.Redis, ttl: int) -> None:
        """`ttl`: ms after Kafka got them when scores vanish."""
        self._client = client
        self._ttl = ttl
        self._write = client.register_script(scripts.WRITE)
        self._remove = client.register_script(scripts.REMOVE)
        self._alert = client.register_script(scripts.ALERT)

    def update(self, update: Update) -> None:
        """Write what `update` says."""
        trips = _trips(update.scores)
        with ThreadPoolExecutor(THREADS) as threads:
            list(threads.map(self._update, trips))
        self._tell_quality(update.overviews)
        self._add_alerts(update.alerts)

    def mark_filled(self) -> None:
        """All that stands in Kafka has been written."""
        self._client.set(scripts.FILLED, VERSION, px=self._ttl)

    def is_filled(self) -> bool:
        """Whether Redis has not lost what was written since `mark_filled`."""
        return bool(self._client.pexpire(scripts.FILLED, self._ttl))

    def sweep(self) -> int:
        """Take segments whose scores have expired out of the sets; how many there were."""
        members = [_text(member) for member in self._client.sscan_iter(scripts.SEGMENTS, count=1_000)]
        removed = 0
        for start in range(0, len(members), SWEPT_A_TRIP):
            with self._client.pipeline(transaction=False) as pipe:
                for member in members[start : start + SWEPT_A_TRIP]:
                    self._removal(pipe, member, "expired")
                removed += sum(pipe.execute())
        return removed

    def _update(self, changes: Mapping[str, Scored | None]) -> None:
        now = time.time_ns() // 1_000_000
        with self._client.pipeline(transaction=False) as pipe:
            packed = Packed(now)
            for member, scored in changes.items():
                if scored is None:
                    self._removal(pipe, member, "gone")
                elif (expiry := min(scored.written, now) + self._ttl) > now:
                    packed.add(member, scored.scores, expiry)
            if packed.members:
                self._write(*self._addressed(packed.members, packed.shapes(), packed.segments()), client=pipe)
            # The sets vanish too when nobody writes any more: as long after the last write as a hash at most.
            for key in (scripts.SEGMENTS, scripts.RANKS, *(scripts.RANK + rank for rank in packed.ranks)):
                pipe.pexpire(key, self._ttl)
            pipe.execute()

    def _removal(self, pipe: redis.client.Pipeline, member: str, why: str) -> None:
        self._remove(*self._addressed([member], member, why), client=pipe)

    @staticmethod
    def _addressed(members: Iterable[str], *arguments: str | bytes) -> tuple[list[str], list[str | int | bytes]]:
        """KEYS and ARGV of scripts.WRITE and scripts.REMOVE."""
        keys = [scripts.SEGMENTS, scripts.RANKS, scripts.CHANGES, *(scripts.SCORES + member for member in members)]
        return keys, [scripts.RANK, CHANGES_KEPT, *arguments]

    def _tell_quality(self, found: Mapping[str, DimensionOverview | None]) -> None:
        now = time.time_ns() // 1_000_000
        with self._client.pipeline(transaction=True) as pipe:
            for dimension, told in found.items():
                key = quality.QUALITY + dimension
                pipe.delete(key)
                if told is not None and told.quality is not None:
                    pipe.hset(key, mapping=quality.fields(told, told.quality, now))
                    pipe.pexpire(key, max(self._ttl, quality.LEAST_TTL))
            pipe.execute()

    def _add_alerts(self, alerts: list[Alert]) -> None:
        with self._client.pipeline(transaction=False) as pipe:
            for alert in alerts:
                told = {**msgspec.structs.asdict(alert), "also": ", ".join(alert.also)}
                entry = {key: value for key, value in told.items() if value is not None}
                identity = f"{alert.fingerprint}:{alert.status}:{alert.at}"
                flat = [part for pair in entry.items() for part in pair]
                sizes = [ALERTS_KEPT, ALERTS_REMEMBERED]
                self._alert([scripts.ALERTS, scripts.ALERTS_SEEN], [identity, alert.at, *sizes, *flat], client=pipe)
            pipe.execute()


def _trips(scores: Mapping[str, Scored | None]) -> list[dict[str, Scored | None]]:
    """`scores` in their order, in parts of CELLS_A_TRIP at most (or one segment)."""
    trips: list[dict[str, Scored | None]] = []
    room = 0
    for member, scored in scores.items():
        cells = len(scored.scores.cells) if scored else 1
        if cells > room:
            trips.append({})
            room = CELLS_A_TRIP
        trips[-1][member] = scored
        room -= cells
    return trips


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
