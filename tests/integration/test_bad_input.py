"""Bad records are counted by reason and kept with their reason; the good ones beside them are scored all the same."""

from __future__ import annotations

import base64
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from streams.tools.local.servers import Server
from tests.integration.live import live

DAY = 86_400_000
START = 1_780_000_000_000 // DAY * DAY
VISITORS = 300

BAD: list[tuple[str, bytes]] = [
    ("malformed", b'{"topic":"clicks","visitor_id":'),
    ("malformed", b"[1,2,3]"),
    ("unknown_topic", b'{"topic":"faxes","visitor_id":"v1","timestamp":%d}' % START),
    ("wrong_type", b'{"topic":"clicks","visitor_id":["v1"],"timestamp":%d}' % START),
    ("missing_visitor", b'{"topic":"clicks","timestamp":%d}' % START),
    ("missing_timestamp", b'{"topic":"clicks","visitor_id":"v1"}'),
    ("bad_timestamp", b'{"topic":"clicks","visitor_id":"v1","timestamp":"yesterday"}'),
    ("too_far_ahead", b'{"topic":"clicks","visitor_id":"v1","timestamp":%d}' % (START + 365 * DAY)),
    ("too_old", b'{"topic":"clicks","visitor_id":"v1","timestamp":%d}' % (START - 365 * DAY)),
    ("unknown_event", b'{"topic":"emails","event":"licked","visitor_id":"v1","timestamp":%d}' % START),
    ("too_large", b'{"topic":"clicks","visitor_id":"v1","timestamp":%d,"content":"%s"}' % (START, b"x" * 2_000_000)),
]

CONFIG = """
[time]
clock = "event"
lateness = "10s"

[dimensions]
industry = { trait = "industry" }
"""


def _good() -> list[bytes]:
    """A click of each visitor, ten seconds apart, by two industries; every tenth sent twice."""
    lines = []
    for n in range(VISITORS):
        event = {
            "topic": "clicks",
            "event_id": f"e{n}",
            "visitor_id": f"v{n}",
            "timestamp": START + n * 10_000,
            "traits": {"industry": "pharma" if n % 3 else "automotive"},
        }
        lines += [json.dumps(event).encode()] * (2 if n % 10 == 0 else 1)
    return lines


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Good lines, with a bad one after every few."""
    lines = _good()
    for place, (_, bad) in enumerate(BAD):
        lines.insert(20 * (place + 1), bad)
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "segpulse.toml"
    path.write_text(CONFIG)
    return path


def _sessions(scores: dict[str, dict[str, Any]]) -> dict[str, tuple[int, int]]:
    cells = {
        segment: next(c for c in score["cells"] if (c["kpi"], c["window"]) == ("engagement", "24h"))
        for segment, score in scores.items()
    }
    return {segment: (cell["numerator"], cell["denominator"]) for segment, cell in cells.items()}


@pytest.mark.timeout(120)
def test_each_bad_record_is_told_and_no_good_one_is_lost(
    embedded_broker: Server, redis_server: Server, tmp_path: Path, file: Path, config: Path
) -> None:
    reasons = Counter(reason for reason, _ in BAD)
    with live(tmp_path, embedded_broker.address, redis_server.address, config, embedded=True, partitions=2) as system:
        summary = system.replay(file)
        expected = json.loads(system.command("backtest", str(file), "--json"))
        system.wait_scored(summary["scored_to"], {"industry:pharma", "industry:automotive"})
        system.wait(lambda: len(system.dead_letters()) >= len(BAD), "dead letters")
        letters = system.dead_letters()
        assert Counter(letter["reason"] for letter in letters) == reasons
        assert expected["dead_letters_by_reason"] == reasons
        assert expected["dead_letters"] == len(BAD)
        assert expected["events"] == VISITORS
        originals = {bad for _, bad in BAD}
        for letter in letters:
            record = base64.b64decode(letter["record"])
            assert letter["detail"]
            assert any(bad.startswith(record) and len(bad) == letter["size"] for bad in originals), letter
        automotive = len(range(0, VISITORS, 3))
        counts = {"industry:pharma": (VISITORS - automotive,) * 2, "industry:automotive": (automotive,) * 2}
        assert _sessions(system.scores()) == counts
        assert _sessions({f"industry:{s['value']}": s for s in expected["scores"]}) == counts
