"""The dimensions that this worker owns: loaded on assignment, fed by panes, ticked, published, dropped."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Mapping

import msgspec
from faust.types import TP

from streams.engine import fence, keys, parts
from streams.engine.app import Pipeline, store_of
from streams.engine.dimensions import Dimensions
from streams.engine.fetching import Fetched
from streams.engine.metrics import Metrics
from streams.engine.pace import Pace
from streams.engine.position import new_since
from streams.events.topics import DIMENSION_OVERVIEWS, SEGMENT_ALERTS, SEGMENT_PANES, SEGMENT_SCORES
from streams.kpis.measures import Measures
from streams.messages import Alert
from streams.scoring.alerts.pipeline import watcher
from streams.scoring.scorer import DimensionScorer
from streams.scoring.standing import Saved
from streams.settings import Kpi

_encode = msgspec.json.Encoder().encode
_pack = msgspec.msgpack.Encoder().encode

_SLICE = 0.1  # seconds of work at a time: the worker has other things to do
_LOOK = 0.02  # of a checkpoint interval between looks at what waits for its turn


class Score:
    """All dimensions of this worker."""

    def __init__(self, pipeline: Pipeline, kpis: Mapping[str, Kpi], measures: Measures, metrics: Metrics) -> None:
        self._pipeline = pipeline
        self._settings = pipeline.settings
        self._kpis = kpis
        self._measures = measures
        self._metrics = metrics
        self._interval = pipeline.settings.time.checkpoint / 1000
        self._owned: dict[int, Dimensions] = {}
        self._came = asyncio.Event()  # something from source partitions

    def load(self, partition: int, end: int) -> dict[TP, int]:
        """Begin with what the changelog says of a partition's dimensions; return the offset to read panes from.

        `end`: the offset after the last record of segment_panes that is there now.
        """
        table, partitions = self._pipeline.states, self._settings.kafka.partitions
        saved = store_of(table).data.get(partition, {})
        scorers = {}
        for dimension in self._settings.dimensions:
            if keys.owner(dimension, partitions) == partition:
                scorers[dimension] = DimensionScorer(dimension, self._settings, self._kpis, self._measures, partitions)
        paces = {dimension: Pace(self._interval, partitions) for dimension in scorers}
        owned = Dimensions(scorers, paces, watcher(self._settings), end)
        for name in sorted(parts.names(saved)):
            owned.restore(name, saved)
        self._owned[partition] = owned
        return {TP(SEGMENT_PANES, partition): 0}  # the topic is the state: it is read whole

    def drop_all(self) -> None:
        """Forget everything: the partitions are being given out anew."""
        self._owned.clear()
        self._metrics.tick.clear()  # whose the dimensions are now tells them

    def owned(self) -> list[tuple[int, Dimensions]]:
        """By partition, what is owned and read."""
        return [(partition, owned) for partition, owned in self._owned.items() if owned.ready]

    async def take(self, tp: TP, fetched: Fetched) -> None:
        """Take a fetched batch of segment_panes."""
        owned = self._owned.get(tp.partition)
        if owned is None:
            return  # fetched before the partition was given away; its owner reads it again
        for record in fetched.since(await new_since(self._pipeline.app, tp, owned.position, fetched)):
            if record.key is None:
                continue
            if record.value is None:
                owned.arriving.gone(record.key)
                owned.rolled_up(record.key)
                continue
            whole = owned.arriving.take(record.key, record.value)
            if whole is None:
                continue
            if keys.is_watermark(whole[0]):
                owned.take_watermark(*whole)
            elif owned.backlog is not None:
                owned.hold(*whole)
            else:
                owned.take_pane(*whole)
        if owned.backlog is not None and owned.is_read:
            slices = _Slices()
            for key, value in owned.backlog.items():
                owned.take_pane(key, value)
                await slices.over()
            owned.backlog = None
        self._came.set()

    async def wait(self) -> None:
        """Return when it is time for the next `checkpoint`: soon after something has come or while it waits for its
        turn, and now and then."""
        if not any(pace.waits for owned in self._owned.values() for pace in owned.paces.values()):
            self._came.clear()
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._came.wait(), self._interval)
        await asyncio.sleep(_LOOK * self._interval)

    async def checkpoint(self) -> None:
        """Of dimensions whose turn it is: score up to the watermark; send out alerts and scores, then what a successor
        must know."""
        for partition, owned in self.owned():
            if self._owned.get(partition) is not owned:
                continue  # given away while the others were scored
            await self._close(partition, owned)
            for dimension, pace in owned.paces.items():
                if pace.is_due(time.monotonic()):
                    await self._score(partition, owned, dimension, pace)

    async def _close(self, partition: int, owned: Dimensions) -> None:
        """End what was said of dimensions that are no longer declared, or no longer theirs to say."""
        if not (owned.closed or owned.gone):
            return
        async with self._pipeline.fence.checkpoint(fence.of_dimensions(partition)) as outbox:
            for alert in owned.closed:
                await outbox.send(SEGMENT_ALERTS, alert.fingerprint.encode(), _encode(alert), partition)
            await outbox.settle()
            for dimension in owned.gone:
                await outbox.send(DIMENSION_OVERVIEWS, dimension.encode(), None, partition)
                for value in owned.shown.pop(dimension, ()):
                    await outbox.send(SEGMENT_SCORES, f"{dimension}:{value}".encode(), None, partition)
            for key in owned.dropped:
                await outbox.send(self._pipeline.states.changelog_topic_name, key, None, partition)
        owned.closed, owned.gone, owned.dropped = [], [], []

    async def _score(self, partition: int, owned: Dimensions, dimension: str, pace: Pace) -> None:
        scorer = owned.scorers[dimension]
        alerts = await self._tick(scorer)
        if self._owned.get(partition) is not owned:
            return  # given away meanwhile; the next owner does the same ticks
        ticked = scorer.tick != owned.published.get(dimension)
        began = time.monotonic()
        if scorer.tick is not None and (ticked or pace.early_is_due(began)):
            pace.done()
            took = await self._publish(partition, owned, dimension, alerts, scorer.save() if ticked else None)
            pace.published(began, time.monotonic(), took)
        elif scorer.tick is None or not pace.changed:
            pace.done()

    async def _tick(self, scorer: DimensionScorer) -> list[Alert]:
        alerts: list[Alert] = []
        slices = _Slices()
        for found in scorer.ticks():
            alerts += found
            await slices.over()
        return alerts

    async def _publish(
        self, partition: int, owned: Dimensions, dimension: str, alerts: list[Alert], saved: Saved | None
    ) -> float:
        """Send it all out; `saved` only after a tick. Returns the seconds of work that the scores were."""
        async with self._pipeline.fence.checkpoint(fence.of_dimensions(partition)) as outbox:
            for alert in alerts:
                await outbox.send(SEGMENT_ALERTS, alert.fingerprint.encode(), _encode(alert), partition)
            began, shown, slices = time.thread_time(), set(), _Slices()
            for score in owned.scorers[dimension].scores():
                await outbox.send(SEGMENT_SCORES, f"{dimension}:{score.value}".encode(), _encode(score), partition)
                shown.add(score.value)
                await slices.over()
            took = time.thread_time() - began
            for gone in owned.shown.get(dimension, set()) - shown:
                await outbox.send(SEGMENT_SCORES, f"{dimension}:{gone}".encode(), None, partition)
            await outbox.settle()
            if saved is not None:
                states, generation = self._pipeline.states.changelog_topic_name, owned.generation.get(dimension, 0)
                for key, part in parts.split(dimension, generation, saved.tick, _pack(saved)):
                    await outbox.send(states, key, part, partition)
        owned.shown[dimension] = shown
        for alert in alerts:
            self._metrics.alerts.labels(alert.state, alert.status).inc()
        if saved is not None:
            owned.published[dimension] = saved.tick
            owned.generation[dimension] = parts.after(generation)
            self._metrics.tick.labels(dimension).set(saved.tick / 1000)
            folded = owned.scorers[dimension].folded
            self._metrics.folded.labels(dimension).inc(folded - owned.folded.get(dimension, 0))
            owned.folded[dimension] = folded
        return took


class _Slices:
    """Long work, cut so that the worker's other tasks get their turn."""

    def __init__(self) -> None:
        self._until = time.monotonic() + _SLICE

    async def over(self) -> None:
        """Let others have a turn if the slice is over."""
        if time.monotonic() > self._until:
            await asyncio.sleep(0)
            self._until = time.monotonic() + _SLICE
