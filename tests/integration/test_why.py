"""A segment that is too broad, by a cross that is scored elsewhere: the same diagnosis live as in a backtest."""

from __future__ import annotations

import json
from pathlib import Path

from streams.engine.keys import owner
from streams.tools.local.servers import Server
from tests.diagnosis.leads import CROSS, write
from tests.integration.live import live

PARTITIONS = 4


def test_too_broad(embedded_broker: Server, redis_server: Server, tmp_path: Path) -> None:
    assert owner(CROSS, PARTITIONS) != owner("industry", PARTITIONS), "else nothing has to go to two places"
    config, file = write(tmp_path)
    broker = embedded_broker.address
    with live(tmp_path, broker, redis_server.address, config, embedded=True, partitions=PARTITIONS) as system:
        summary = system.replay(file)
        expected = json.loads(system.command("backtest", str(file), "--json"))
        scores = {f"{score['dimension']}:{score['value']}": score for score in expected["scores"]}
        system.wait_scored(summary["scored_to"], set(scores))
        assert system.scores() == scores
        why = scores["industry:a"]["diagnosis"]
        assert (why["cause"], why["by"]) == ("too broad", "company_size")
        lowest, highest = why["evidence"]
        assert (lowest["measure"], highest["measure"]) == (
            "lead_conversion in company_size:small",
            "lead_conversion in company_size:large",
        )
        assert lowest["high"] < 0.5
        got = system.redis().hmget("segpulse:score:industry:a", "cause", "split_by", "why")
        assert got == ["too broad", "company_size", why["summary"]]
