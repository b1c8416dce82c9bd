"""When the next checkpoint of the source partitions is due."""

from __future__ import annotations

import asyncio
import time
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from streams.engine.ingest import Ingest
from streams.engine.metrics import Metrics
from streams.settings import Span, Time
from tests.scoring.test_scorer import MEASURES, SETTINGS

INTERVAL = 1.0


def waited(checkpoint_took: float) -> float:
    """Seconds from the beginning of a checkpoint to when the next is due."""
    settings = msgspec.structs.replace(SETTINGS, time=Time(checkpoint=Span(int(1000 * INTERVAL))))
    table = SimpleNamespace(changelog_topic_name="")
    pipeline = SimpleNamespace(settings=settings, panes=table, traits=table, history=table)
    ingest = Ingest(cast("Any", pipeline), MEASURES, Metrics())

    async def cycle() -> float:
        began = time.monotonic()
        await ingest.checkpoint()
        await asyncio.sleep(checkpoint_took)
        await ingest.wait()
        return time.monotonic() - began

    return asyncio.run(cycle())


def test_checkpoints_begin_an_interval_apart_however_long_they_take() -> None:
    assert waited(0.4 * INTERVAL) == pytest.approx(INTERVAL, abs=0.3)


def test_one_that_takes_longer_than_its_interval_leaves_time_to_read() -> None:
    assert waited(1.2 * INTERVAL) >= 1.7 * INTERVAL
