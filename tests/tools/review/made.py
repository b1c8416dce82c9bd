"""A file of two periods in which one segment did better, one came more, and one broke."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

DAY = 86_400_000
START = 1_767_225_600_000  # 1 January 2026

SETTINGS = """
[time]
clock = "event"
tick = "1h"

[dimensions]
plan = { trait = "plan" }
tier = { trait = "tier" }
plan_x_tier = { cross = ["plan", "tier"] }

[kpis.bought]
title = "Customers who bought"
numerator = ["orders"]
denominator = ["customers"]
unit = "ratio"
model = "binomial"

[scoring]
windows = ["7d"]
min_trials = 50

[alerts]
windows = ["7d"]

[review]
every = "28d"
"""

#: Plan -> customers a day and of a hundred of them how many buy, in the first ten days and in the ten after.
PLANS = {"basic": ((30, 20), (30, 20)), "plus": ((20, 20), (20, 50)), "<b>pro</b>": ((10, 55), (30, 55))}


def lines() -> Iterator[str]:
    """Buyers are dealt out evenly, so every count is known, and tiers take turns: of `plus` only tier 1 does better."""
    for day in range(20):
        for plan, periods in PLANS.items():
            customers, buys = periods[day >= 10]
            for number in range(customers):
                at = START + day * DAY + number * 60_000
                who = f"{plan}-{day}-{number}"
                traits = {"plan": plan, "tier": str(1 + number % 2)}
                yield event("customers", who, at, traits)
                if (day * customers + number) * buys % 100 < buys:
                    yield event("orders", who, at + 1_000, traits)


def event(topic: str, who: str, at: int, traits: dict[str, str], name: str | None = None) -> str:
    """`name`: None is the topic's default."""
    fields = {"topic": topic, "event_id": f"{topic}-{who}-{name}", "visitor_id": who, "timestamp": at, "traits": traits}
    return json.dumps(fields if name is None else {**fields, "event": name})


def write(folder: Path) -> tuple[Path, Path]:
    """(settings, events)"""
    config, file = folder / "segpulse.toml", folder / "events.jsonl"
    config.write_text(SETTINGS)
    rows = sorted(lines(), key=lambda line: int(json.loads(line)["timestamp"]))
    file.write_text("\n".join([*rows, ""]))
    return config, file
