"""What is told of whole dimensions every five minutes of event time: one at a time, beside the scoring."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping

from msgspec.structs import replace

from streams.engine import fence
from streams.engine.app import Pipeline
from streams.engine.dimensions import Dimensions
from streams.engine.score import Score
from streams.events.topics import DIMENSION_OVERVIEWS
from streams.kpis.measures import Measures
from streams.messages import DimensionOverview, SegmentationQuality
from streams.panes.levels import LEVELS
from streams.paths.paths import paths
from streams.quality.cells import Cells
from streams.quality.foremost import foremost
from streams.quality.grown import grown
from streams.quality.lasting import with_stability
from streams.quality.segmentation import segmentation
from streams.scoring.daily import Daily, Earlier
from streams.settings import LARGEST_MESSAGE, Kpi

log = logging.getLogger("segpulse")

_EVERY = LEVELS[1]  # ms
_SETTLED = 30.0  # seconds
_ROOM = LARGEST_MESSAGE - 64 * 1024  # bytes of a value, beside what Kafka adds to it


class Overviews:
    """Of the dimensions that `score` owns."""

    def __init__(self, pipeline: Pipeline, score: Score, kpis: Mapping[str, Kpi], measures: Measures) -> None:
        self._pipeline = pipeline
        self._score = score
        self._kpis = kpis
        self._measures = measures
        self._cells = Cells(pipeline.settings, kpis, measures)
        self._left_out: dict[str, int] = {}  # dimension -> how many segments its last overview had no room for

    async def checkpoint(self) -> None:
        """Look at the dimensions whose time it is."""
        for partition, owned in self._score.owned():
            for dimension in owned.scorers:
                looked = _due(owned, dimension)
                if looked is None:
                    continue
                try:
                    found = await asyncio.to_thread(self._made, *looked)
                except (ArithmeticError, ValueError) as error:  # an overview is not worth a worker
                    what = type(error).__name__
                    log.error("overview of %s: %s: %s; the one before stands", dimension, what, error)
                    continue
                if (partition, owned) in self._score.owned():
                    await self._publish(partition, dimension, found)

    def _made(self, daily: Daily, earlier: Earlier) -> DimensionOverview | None:
        """None: there is nothing to tell."""
        settings = self._pipeline.settings
        quality = self._quality(daily, earlier)
        ways = paths(daily, settings, self._measures)
        growth = grown(earlier, self._kpis, self._measures)
        if quality is None and ways is None and not growth:
            return None
        return DimensionOverview(
            dimension=daily.dimension, start=daily.start, end=daily.end, quality=quality, paths=ways, growth=growth
        )

    def _quality(self, daily: Daily, earlier: Earlier) -> SegmentationQuality | None:
        settings = self._pipeline.settings
        found = segmentation(daily, self._kpis, self._measures, settings.scoring)
        if found is None:
            return None
        found = with_stability(found, earlier, self._cells, settings.scoring.min_trials)
        return replace(found, reviewed=settings.review.reviewed, review_due=settings.review.due)

    async def _publish(self, partition: int, dimension: str, found: DimensionOverview | None) -> None:
        value, left_out = (None, 0) if found is None else foremost(found, _ROOM)
        if left_out != self._left_out.get(dimension, 0):
            log.warning(
                "overview of %s: all but its %d smallest segments are told of: a record holds no more",
                dimension,
                left_out,
            )
        self._left_out[dimension] = left_out
        async with self._pipeline.fence.checkpoint(fence.of_dimensions(partition)) as outbox:
            await outbox.send(DIMENSION_OVERVIEWS, dimension.encode(), value, partition)


def _due(owned: Dimensions, dimension: str) -> tuple[Daily, Earlier] | None:
    """What is to be looked at now: nothing while an owner is new, which has other things to do then."""
    tick, viewed = owned.published.get(dimension), owned.viewed.get(dimension)
    if tick is None or time.monotonic() < owned.since + _SETTLED:
        return None
    if viewed is not None and tick // _EVERY == viewed // _EVERY:
        return None
    owned.viewed[dimension] = tick
    daily, earlier = owned.scorers[dimension].daily(), owned.scorers[dimension].earlier()
    return None if daily is None or earlier is None else (daily, earlier)
