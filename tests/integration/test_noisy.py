"""Values so many and so long that a pane is larger than any record of Kafka may be: it counts all the same."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from streams.settings import LARGEST_MESSAGE
from streams.tools.local.servers import Server
from tests.integration.live import alert_order, live
from tests.servers import apache_kafka

VISITORS = 12_000
START = 1_767_225_600_000
CONFIG = """
[kafka]
partitions = 1

[time]
clock = "event"
tick = "5m"
lateness = "10s"

[dimensions]
job = { trait = "job", max_values = 600 }

[scoring]
windows = ["1h"]
kpis = ["form_fill_rate"]

[alerts]
windows = ["1h"]
"""


def event(number: int, topic: str, job: str) -> str:
    return json.dumps(
        {
            "topic": topic,
            "event_id": f"e{number}",
            "visitor_id": f"v{number}",
            "timestamp": START + 20 * number,
            "traits": {"job": job},
        }
    )


@pytest.mark.timeout(240)
@pytest.mark.kafka
def test_a_pane_larger_than_a_record_may_be(redis_server: Server, tmp_path: Path) -> None:
    config, file = tmp_path / "noisy.toml", tmp_path / "noisy.jsonl"
    config.write_text(CONFIG)
    noise = [event(n, "page_views", f"{n:05}" + "職" * 115) for n in range(VISITORS)]
    assert sum(len(f"{n:05}" + "職" * 115) for n in range(VISITORS)) * 3 > LARGEST_MESSAGE
    file.write_text("\n".join([*noise, *(event(VISITORS + n, "form_fills", "00007") for n in range(20))]))
    with (
        apache_kafka(tmp_path) as kafka,
        live(tmp_path, kafka.address, redis_server.address, config, embedded=False) as system,
    ):
        summary = system.replay(file)
        system.wait(lambda: any(b"#" in (key or b"") for key, _ in system.records("segment_panes")), "pane in parts")
        system.worker.kill()
        system.worker.start()
        time.sleep(3.0)
        expected = json.loads(system.command("backtest", str(file), "--json"))
        scores = {f"{score['dimension']}:{score['value']}": score for score in expected["scores"]}
        system.wait_scored(summary["scored_to"], set(scores))
        assert system.scores() == scores
        assert system.alerts() == sorted(expected["alerts"], key=alert_order)
        assert max(len(value or b"") for _, value in system.records("segpulse-panes-changelog")) < 1_000_000
