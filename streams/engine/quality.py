"""How well dimensions divide people, told every five minutes of event time: one at a time, beside the scoring."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import msgspec

from streams.engine import fence
from streams.engine.app import Pipeline
from streams.engine.dimensions import Dimensions
from streams.engine.score import Score
from streams.events.topics import SEGMENT_QUALITY
from streams.kpis.measures import Measures
from streams.messages import SegmentationQuality
from streams.panes.levels import LEVELS
from streams.quality.segmentation import segmentation
from streams.scoring.daily import Daily
from streams.settings import Kpi

_encode = msgspec.json.Encoder().encode
_EVERY = LEVELS[1]  # ms


class Quality:
    """Of the dimensions that `score` owns."""

    def __init__(self, pipeline: Pipeline, score: Score, kpis: Mapping[str, Kpi], measures: Measures) -> None:
        self._pipeline = pipeline
        self._score = score
        self._declared = kpis, measures, pipeline.settings.scoring

    async def checkpoint(self) -> None:
        """Judge the dimensions whose time it is."""
        for partition, owned in self._score.owned():
            for dimension in owned.scorers:
                daily = _due(owned, dimension)
                if daily is None:
                    continue
                found = await asyncio.to_thread(segmentation, daily, *self._declared)
                if (partition, owned) in self._score.owned():
                    await self._publish(partition, dimension, found)

    async def _publish(self, partition: int, dimension: str, found: SegmentationQuality | None) -> None:
        async with self._pipeline.fence.checkpoint(fence.of_dimensions(partition)) as outbox:
            value = _encode(found) if found is not None else None
            await outbox.send(SEGMENT_QUALITY, dimension.encode(), value, partition)


def _due(owned: Dimensions, dimension: str) -> Daily | None:
    """What is to be judged now: not at the first tick of an owner, which has other things to do then."""
    tick = owned.published.get(dimension)
    if tick is None or tick // _EVERY == owned.judged.setdefault(dimension, tick) // _EVERY:
        return None
    owned.judged[dimension] = tick
    return owned.scorers[dimension].daily()
