"""A segment that is too broad, by a cross that is scored elsewhere: the same diagnosis live as in a backtest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from streams.engine.keys import owner
from streams.tools.local.servers import Server
from tests.integration.live import live

DAY, START, PARTITIONS = 86_400_000, 1_767_225_600_000, 4
CROSS = "size_x_industry"
SETTINGS = f"""
[time]
clock = "event"
tick = "1h"

[dimensions]
industry = {{ trait = "industry" }}
company_size = {{ trait = "company_size" }}
{CROSS} = {{ cross = ["company_size", "industry"] }}

[scoring]
windows = ["24h", "30d"]

[alerts]
windows = ["24h"]
"""


def lines() -> Iterator[str]:
    """Of a hundred leads of each sort thirty are won, but of small companies of industry `a` three; 20 days of it."""
    for day in range(20):
        for industry in "abcd":
            for size in ("large", "small"):
                wins = 3 if (industry, size) == ("a", "small") else 30
                for number in range(40):
                    who, at = f"{day}-{industry}-{size}-{number}", START + day * DAY + number * 1_800_000
                    traits = {"industry": industry, "company_size": size}
                    yield event(who, "created", at, traits)
                    if (day * 40 + number) * wins % 100 < wins:
                        yield event(who, "won", at + 60_000, traits)


def event(who: str, name: str, at: int, traits: dict[str, str]) -> str:
    ident = f"{name}-{who}"
    said = {"topic": "leads", "event": name, "event_id": ident, "visitor_id": who, "timestamp": at, "traits": traits}
    return json.dumps(said)


def test_too_broad(embedded_broker: Server, redis_server: Server, tmp_path: Path) -> None:
    assert owner(CROSS, PARTITIONS) != owner("industry", PARTITIONS), "else nothing has to go to two places"
    config, file = tmp_path / "segpulse.toml", tmp_path / "leads.jsonl"
    config.write_text(SETTINGS)
    file.write_text("\n".join(sorted(lines(), key=lambda line: int(json.loads(line)["timestamp"]))))
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
