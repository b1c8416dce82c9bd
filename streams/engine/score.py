"""The dimensions that this worker owns: loaded on assignment, fed by panes, ticked, published, dropped."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence

import msgspec
from faust.types import TP

from streams.engine import fence, keys
from streams.engine.app import Pipeline, store_of
from streams.engine.batching import Raw
from streams.engine.changelog import Log
from streams.engine.metrics import Metrics
from streams.engine.position import Position, new_records
from streams.events.topics import SEGMENT_ALERTS, SEGMENT_PANES, SEGMENT_SCORES
from streams.kpis.measures import Measures
from streams.messages import Alert
from streams.panes import codec
from streams.scoring.scorer import DimensionScorer
from streams.scoring.standing import Saved
from streams.settings import Kpi

log = logging.getLogger("segpulse")

_encode = msgspec.json.Encoder().encode
_pack = msgspec.msgpack.Encoder().encode
_saved = msgspec.msgpack.Decoder(Saved)

_SLICE = 0.1  # seconds of ticks at a time: the worker has other things to do


class Owned:
    """One partition of segment_panes: its dimensions' scorers."""

    def __init__(self, scorers: dict[str, DimensionScorer], end: int) -> None:
        self.scorers = scorers
        # It is read from its beginning, so no batch of before a seek lies ahead; and every checkpoint leaves a gap.
        self.position = Position(0, gaps=True)
        self.end = end  # of the log when it was assigned: before it is read so far, nothing is scored
        self.published: dict[str, int] = {}  # dimension -> tick
        self.shown: dict[str, set[str]] = {}  # dimension -> values on segment_scores

    @property
    def ready(self) -> bool:
        """Is all read that was there when the partition was assigned?"""
        return self.position.expected >= self.end


class Score:
    """All dimensions of this worker."""

    def __init__(self, pipeline: Pipeline, kpis: Mapping[str, Kpi], measures: Measures, metrics: Metrics) -> None:
        self._pipeline = pipeline
        self._settings = pipeline.settings
        self._kpis = kpis
        self._measures = measures
        self._metrics = metrics
        self._owned: dict[int, Owned] = {}

    async def load(self, partition: int, log_of: Log) -> dict[TP, int]:
        """Begin with what the changelog says of a partition's dimensions; return the offset to read panes from."""
        table, partitions = self._pipeline.states, self._settings.kafka.partitions
        saved = store_of(table).data.get(partition, {})
        tp = TP(SEGMENT_PANES, partition)
        scorers = {}
        for dimension in self._settings.dimensions:
            if keys.owner(dimension, partitions) == partition:
                scorer = DimensionScorer(dimension, self._settings, self._kpis, self._measures, partitions)
                if dimension.encode() in saved:
                    scorer.restore(_saved.decode(saved[dimension.encode()]))
                scorers[dimension] = scorer
        self._owned[partition] = Owned(scorers, await log_of.after_last(tp))
        return {tp: 0}  # the topic is the state: it is read whole

    def drop_all(self) -> None:
        """Forget everything: the partitions are being given out anew."""
        self._owned.clear()

    async def take(self, tp: TP, records: Sequence[Raw]) -> None:
        """Take a fetched batch of segment_panes."""
        owned = self._owned.get(tp.partition)
        if owned is None:
            return  # fetched before the partition was given away; its owner reads it again
        for record in await new_records(self._pipeline.app, tp, owned.position, records):
            if record.key is None or record.value is None:
                continue  # a pane rolled up: the coarser one has said so
            scorer = owned.scorers.get(keys.dimension_of(record.key))
            if scorer is None:
                continue  # a dimension that is no longer declared
            if keys.is_watermark(record.key):
                scorer.offer_watermark(codec.decode_watermark(record.value))
            else:
                scorer.offer(codec.decode(record.value))

    async def checkpoint(self) -> None:
        """Score up to the watermark; send out alerts and scores, then what a successor must know."""
        for partition, owned in list(self._owned.items()):
            if owned.ready:
                for dimension, scorer in owned.scorers.items():
                    alerts = await self._tick(scorer)
                    if self._owned.get(partition) is not owned:
                        return  # given away meanwhile; the next owner does the same ticks
                    await self._publish(partition, owned, dimension, alerts)

    async def _tick(self, scorer: DimensionScorer) -> list[Alert]:
        alerts: list[Alert] = []
        until = time.monotonic() + _SLICE
        for found in scorer.ticks():
            alerts += found
            if time.monotonic() > until:
                await asyncio.sleep(0)
                until = time.monotonic() + _SLICE
        return alerts

    async def _publish(self, partition: int, owned: Owned, dimension: str, alerts: list[Alert]) -> None:
        scorer = owned.scorers[dimension]
        tick = scorer.tick
        if tick is None or tick == owned.published.get(dimension):
            return
        owned.published[dimension] = tick
        saved = scorer.save()
        scores = scorer.scores()
        shown = {score.value for score in scores}
        async with self._pipeline.fence.checkpoint(fence.of_dimensions(partition)) as outbox:
            for alert in alerts:
                await outbox.send(SEGMENT_ALERTS, alert.fingerprint.encode(), _encode(alert), partition)
            for score in scores:
                await outbox.send(SEGMENT_SCORES, f"{dimension}:{score.value}".encode(), _encode(score), partition)
            for gone in owned.shown.get(dimension, set()) - shown:
                await outbox.send(SEGMENT_SCORES, f"{dimension}:{gone}".encode(), None, partition)
            await outbox.settle()
            await outbox.send(self._pipeline.states.changelog_topic_name, dimension.encode(), _pack(saved), partition)
        owned.shown[dimension] = shown
        for alert in alerts:
            self._metrics.alerts.labels(alert.state, alert.status).inc()
        self._metrics.tick.labels(dimension).set(tick / 1000)
