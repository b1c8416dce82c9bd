"""INGEST: source topics in, panes out. Wiring only."""

from __future__ import annotations

from typing import Any

from streams.engine.app import Pipeline
from streams.engine.ingest import Ingest


def wire(pipeline: Pipeline, ingest: Ingest) -> None:
    """One call per fetched batch of one partition of one source topic."""

    @pipeline.app.agent(pipeline.sources)
    async def take_events(stream: Any) -> None:
        async for event in stream.noack().events():
            await pipeline.or_crash(ingest.take(event.message.tp, event.message.value))
