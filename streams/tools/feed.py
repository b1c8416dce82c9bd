"""One source partition, driven by a file's records and by heartbeats as a worker drives it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

import numpy as np
import orjson

from streams.events.topics import HEARTBEAT, SOURCE_TOPICS
from streams.kpis.measures import Measures
from streams.panes.panes import Change
from streams.panes.partition import SourcePartition
from streams.settings import Settings
from streams.tools.files.read import SourceRecord, Unroutable, closing, come_to
from streams.tools.sending.pace import FullSpeed


class Feed:
    """`passed` is called with the watermark (ms) and the panes changed, each time that the time has moved on."""

    def __init__(self, settings: Settings, measures: Measures, passed: Callable[[int, list[Change]], None]) -> None:
        self.partition = SourcePartition(0, settings, measures)
        self.partition.load({}, None, {}, {}, {}, {})
        self.unroutable: Counter[str] = Counter()  # by reason
        self.first: dict[str, str] = {}  # by reason, what is wrong with the first of them, and on which line
        self._times = settings.time
        self._passed = passed
        self._waiting: dict[str, list[bytes]] = {topic: [] for topic in SOURCE_TOPICS}
        self._next = dict.fromkeys(SOURCE_TOPICS, 0)

    def run(self, records: Iterable[SourceRecord | Unroutable]) -> None:
        """Take all of `records`, to the first tick after the last of them."""
        pace = FullSpeed(self._heartbeat)
        newest: int | None = None
        for record in records:
            if isinstance(record, Unroutable):
                self.unroutable[record.reason] += 1
                self.first.setdefault(record.reason, record.detail)
                continue
            newest = come_to(newest, record)
            if newest is not None:
                pace.before(newest)
            self._add(record.topic, record.value)
        if newest is not None:
            self._heartbeat(closing(newest, self._times.tick) + self._times.lateness)

    def _add(self, topic: str, value: bytes) -> None:
        self._waiting[topic].append(value)
        self._next[topic] += 1

    def _heartbeat(self, timestamp: int) -> None:
        value = orjson.dumps({"event": HEARTBEAT, "timestamp": timestamp})
        for topic, waiting in self._waiting.items():
            self._add(topic, value)
            first = self._next[topic] - len(waiting)
            self.partition.take(topic, np.arange(first, self._next[topic]), waiting)
            waiting.clear()
        watermark = self.partition.advance()
        if watermark is not None:
            self._passed(watermark, self.partition.changes())
