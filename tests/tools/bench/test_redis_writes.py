"""The measurement does what it says; how fast it is, is `segpulse bench`'s to say."""

from __future__ import annotations

from pathlib import Path

from streams.tools.bench import redis_writes
from streams.tools.local.servers import Server


def test_writing_is_measured(redis_server: Server, tmp_path: Path) -> None:
    cost = redis_writes.redis_writes(redis_server.address, tmp_path, segments=7, kpis=3, windows=2)
    assert (cost.segments, cost.kpis, cost.windows) == (7, 3, 2)
    assert cost.fields == 3 * 2 * 4 + 9
    assert min(cost.fill_seconds, cost.update_seconds) > 0
