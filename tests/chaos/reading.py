"""What Kafka holds at the end: the newest snapshot of every pane, the scores, the alerts, the dead letters."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from streams.engine import keys
from streams.messages import PaneSnapshot
from streams.panes import codec
from streams.panes.levels import LEVELS
from tests.chaos.truth import DIMENSIONS

Key = tuple[int, int, int, str]  # source partition, level, start, dimension
_BEYOND = 2.0  # seconds
_QUIET = 5.0  # seconds without a record after which a log has no more, whatever its end is said to be


class Topic:
    """A topic read from its beginning, further with each call; only what is committed, where there are transactions."""

    def __init__(self, broker: str, name: str) -> None:
        self._consumer = KafkaConsumer(
            bootstrap_servers=broker.split(","),
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            isolation_level="read_committed",
        )
        self._tps = [TopicPartition(name, p) for p in sorted(self._consumer.partitions_for_topic(name) or ())]
        self._consumer.assign(self._tps)
        self._consumer.seek_to_beginning(*self._tps)

    def records(self) -> Iterator[tuple[int, bytes, bytes | None]]:
        """Partition, key and value of all that is new, which may be beyond the end that the embedded broker tells."""
        ends = self._consumer.end_offsets(self._tps)
        until = time.monotonic() + _QUIET
        beyond = None  # until when to read on past that end: some topics are written to all the time
        while time.monotonic() < (until if beyond is None else beyond):
            batches = self._consumer.poll(500)
            for tp, batch in batches.items():
                until = time.monotonic() + _QUIET
                for record in batch:
                    yield tp.partition, record.key, record.value
            if all(self._consumer.position(tp) >= ends[tp] for tp in self._tps):
                if not batches:
                    return
                beyond = beyond or time.monotonic() + _BEYOND

    def close(self) -> None:
        """Let go of the broker."""
        self._consumer.close()


class Snapshots:
    """The snapshots that stand, by the contract: of two of a pane the one that has seen more, whenever it came; and a
    pane that lies in a coarser one of its source partition is in that already."""

    def __init__(self) -> None:
        self._held: dict[Key, PaneSnapshot] = {}

    def put(self, snapshot: PaneSnapshot, dimension: str) -> None:
        """Take one dimension of a snapshot."""
        key = snapshot.partition, snapshot.level, snapshot.start, dimension
        if key not in self._held or codec.newer(snapshot, self._held[key]):
            self._held[key] = snapshot

    def remove(self, key: Key) -> None:
        """A pane is gone: rolled up."""
        self._held.pop(key, None)

    def standing(self) -> dict[Key, PaneSnapshot]:
        """Those that are not within a coarser one."""
        return {k: s for k, s in self._held.items() if not any(c in self._held for c in coarser(k))}


def coarser(key: Key) -> list[Key]:
    """The panes of the same place that are coarser, finest first."""
    partition, level, start, dimension = key
    return [
        (partition, above, start // LEVELS[above] * LEVELS[above], dimension) for above in range(level + 1, len(LEVELS))
    ]


class SegmentPanes:
    """segment_panes: panes by dimension, and how far each source partition says it has come."""

    def __init__(self, broker: str) -> None:
        self._topic = Topic(broker, "segment_panes")
        self.snapshots = Snapshots()
        self.watermarks: dict[tuple[str, int], int] = {}

    def read(self) -> None:
        """Take what is new."""
        for _, key, value in self._topic.records():
            dimension, partition, *pane = key.decode().split("/")
            if keys.is_watermark(key):
                assert value is not None
                said = codec.decode_watermark(value).watermark
                self.watermarks[dimension, int(partition)] = max(
                    said, self.watermarks.get((dimension, int(partition)), said)
                )
            elif value is None:
                self.snapshots.remove((int(partition), int(pane[0]), int(pane[1]), dimension))
            else:
                self.snapshots.put(codec.decode(value), dimension)

    def come_to(self, watermark: int, cells: int) -> bool:
        """Have all source partitions said to all dimensions (`cells` of both) that they have come to `watermark`?"""
        self.read()
        return len(self.watermarks) == cells and min(self.watermarks.values()) >= watermark

    def close(self) -> None:
        """Let go of the broker."""
        self._topic.close()


def recovered(broker: str, app: str = "segpulse") -> Snapshots:
    """What a worker that begins with nothing recovers from the changelog."""
    topic, snapshots = Topic(broker, f"{app}-panes-changelog"), Snapshots()
    for partition, key, value in topic.records():
        level, _, start = key.decode().partition("/")
        if not start:
            continue  # how far it has come, not a pane
        if value is not None:
            snapshot = codec.decode(value)
            for dimension in snapshot.counts:
                snapshots.put(snapshot, dimension)
        else:
            for dimension in DIMENSIONS:
                snapshots.remove((partition, int(level), int(start), dimension))
    topic.close()
    return snapshots


class Scores:
    """segment_scores: of two of a segment the one with the larger `at` stands."""

    def __init__(self, broker: str) -> None:
        self._topic = Topic(broker, "segment_scores")
        self.newest: dict[str, dict[str, Any]] = {}

    def read(self) -> set[int]:
        """Take what is new; return the ticks (ms) that segments stand at."""
        for _, key, value in self._topic.records():
            score = json.loads(value) if value is not None else None
            segment = key.decode()
            if score is None:
                self.newest.pop(segment, None)
            elif score["at"] >= self.newest.get(segment, score)["at"]:
                self.newest[segment] = score
        return {score["at"] for score in self.newest.values()}

    def close(self) -> None:
        """Let go of the broker."""
        self._topic.close()


def values(broker: str, name: str) -> list[dict[str, Any]]:
    """The values of all records on a topic of JSON."""
    topic = Topic(broker, name)
    found = [json.loads(value) for _, _, value in topic.records() if value]
    topic.close()
    return found
