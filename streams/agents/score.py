"""SCORE: panes in, scores and alerts out. Wiring only."""

from __future__ import annotations

from typing import Any

from streams.engine.app import Pipeline
from streams.engine.score import Score


def wire(pipeline: Pipeline, score: Score) -> None:
    """One call per fetched batch of one partition of segment_panes."""

    @pipeline.app.agent(pipeline.segment_panes)
    async def take_panes(stream: Any) -> None:
        async for event in stream.noack().events():
            await pipeline.or_crash(score.take(event.message.tp, event.message.value))
