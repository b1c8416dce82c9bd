"""Through Kafka and a worker: what is told of dimensions as a whole, and where visitors are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from streams.messages import DimensionOverview
from streams.tools.local.servers import Server
from tests import servers
from tests.integration.live import Live, live

START, MINUTE = 1_767_225_600_000, 60_000
VISITORS = 1_200  # in three hours and twenty minutes
CONFIG = """
[time]
clock = "event"
lateness = "10s"

[paths]
to = "form_fills"

[visitors]
publish = true

[dimensions]
industry = { trait = "industry" }
"""


def events(first: int, last: int) -> Iterator[dict[str, Any]]:
    """Of visitors `first` to `last`, one every ten seconds: a page, a click; of pharma one in two, of fmcg one in ten
    fills in the form."""
    for number in range(first, last):
        who, at = {"visitor_id": f"v{number}"}, START + number * 10_000
        industry = ("pharma", "fmcg")[number % 2]
        yield {"topic": "page_views", "timestamp": at, "traits": {"industry": industry}, **who}
        yield {"topic": "clicks", "timestamp": at + 1, **who}
        if number // 2 % (2 if industry == "pharma" else 10) == 0:
            yield {"topic": "form_fills", "timestamp": at + 2, **who}


def replay(system: Live, folder: Path, first: int, last: int) -> None:
    file = folder / f"{first}.jsonl"
    file.write_text("\n".join(json.dumps(event) for event in events(first, last)), "utf-8")
    system.replay(file)


def told(system: Live) -> DimensionOverview | None:
    values = [value for _, value in system.records("dimension_overviews")]
    return msgspec.json.decode(values[-1], type=DimensionOverview) if values and values[-1] else None


@pytest.mark.kafka
@pytest.mark.timeout(240)
def test_quality_paths_and_visitors(redis_server: Server, tmp_path: Path) -> None:
    config = tmp_path / "segpulse.toml"
    config.write_text(CONFIG)
    with (
        servers.apache_kafka(tmp_path) as broker,
        live(tmp_path, broker.address, redis_server.address, config, embedded=False, partitions=2) as system,
    ):
        system.environ["SEGPULSE_VISITORS_HEALTH_PORT"] = "0"
        client = system.redis()
        with system.child("consume-visitors", "consume", "visitors"):
            replay(system, tmp_path, 0, VISITORS // 2)
            system.wait(lambda: told(system) is not None, "overview")
            replay(system, tmp_path, VISITORS // 2, VISITORS)
            end = START + VISITORS * 10_000
            system.wait(lambda: (told(system) or _NEVER).end >= end - MINUTE, "overview of all")
            found = told(system)
            assert found is not None
            assert found.quality is not None
            assert found.paths is not None
            assert {segment.value: segment.accurate for segment in found.quality.segments} == {
                "fmcg": True,
                "pharma": True,
            }
            ways = {segment.value: segment for segment in found.paths.segments}
            assert ways["pharma"].conversion == pytest.approx(0.5, abs=0.01)
            assert ways["fmcg"].conversion == pytest.approx(0.1, abs=0.01)
            assert ways["pharma"].likeliest == ["page_views", "clicks", "form_fills"]
            assert ways["pharma"].removal["clicks"] == pytest.approx(1.0)
            system.wait(lambda: client.hget("segpulse:quality:industry", "accuracy") == "1.0", "quality in Redis")
            (growth,) = found.growth
            assert (growth.growth, growth.window, growth.against) == ("sessions_growth", "1h", "before")
            assert (growth.before, growth.end) == (START + 60 * MINUTE, START + 180 * MINUTE), "the last full hour"
            assert {value: (grown.now, grown.before) for value, grown in growth.segments.items()} == {
                "fmcg": (180, 180),
                "pharma": (180, 180),
            }
            told_in_redis = client.hgetall("segpulse:growth:industry:pharma")
            assert told_in_redis["sessions_growth:1h:before"] == "1.0"
            system.wait(lambda: client.hget("segpulse:visitor:v7", "industry") == "fmcg", "a visitor in Redis")


_NEVER = DimensionOverview(dimension="", start=0, end=0, quality=None, paths=None)
