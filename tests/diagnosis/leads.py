"""A file of leads in which one segment is two groups of people: small companies of industry `a` hardly ever buy."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

DAY, START = 86_400_000, 1_767_225_600_000
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


def write(folder: Path) -> tuple[Path, Path]:
    """(settings, events)"""
    config, file = folder / "segpulse.toml", folder / "leads.jsonl"
    config.write_text(SETTINGS)
    file.write_text("\n".join(sorted(lines(), key=lambda line: int(json.loads(line)["timestamp"]))))
    return config, file
