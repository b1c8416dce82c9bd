"""The way to the pager, with real servers: gauges -> Prometheus -> Alertmanager -> one grouped message."""

from __future__ import annotations

import json
import queue
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from streams.tools.local.servers import LOOPBACK
from tests import servers
from tests.deploy import configured, exporter

Message = tuple[str, dict[str, Any]]  # Authorization, body


@contextmanager
def receiver() -> Iterator[tuple[str, queue.Queue[Message]]]:
    messages: queue.Queue[Message] = queue.Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            messages.put((self.headers["Authorization"], body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer((LOOPBACK, 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://{LOOPBACK}:{server.server_port}/segpulse", messages
        server.shutdown()
        thread.join()


def test_what_is_said_while_something_else_is_wrong(tmp_path: Path) -> None:
    """A segment's alert is held back where nothing comes in or is scored; not where just some process is down."""
    configuration = configured.alertmanager(tmp_path, f"http://{LOOPBACK}:1")
    segment = {"alertname": "SegmentUnder", "dimension": "industry", "segment": "pharma", "kpi": "engagement"}
    for other, held_back in (("SegpulseDown", False), ("SegpulseScoresStale", True)):
        with servers.alertmanager(tmp_path / other, configuration) as alertmanager:
            address = f"{alertmanager.address}/api/v2/alerts"
            body = json.dumps([{"labels": segment}, {"labels": {"alertname": other}}]).encode()
            urllib.request.urlopen(urllib.request.Request(address, body, {"Content-Type": "application/json"}))
            with urllib.request.urlopen(address) as answer:
                found = {alert["labels"]["alertname"]: alert["status"] for alert in json.load(answer)}
        assert bool(found["SegmentUnder"]["inhibitedBy"]) == held_back, other


def test_segments_of_a_dimension_come_as_one_message(tmp_path: Path) -> None:
    segments = [exporter.scores("industry", name, "under", 58.4) for name in ("pharma", "FMCG")]
    with (
        receiver() as (url, messages),
        exporter.serving(*segments) as (scraped, _),
        servers.alertmanager(tmp_path, configured.alertmanager(tmp_path, url)) as alertmanager,
        servers.prometheus(
            tmp_path, configured.prometheus(tmp_path, scraped, alertmanager.address.removeprefix("http://"))
        ),
    ):
        authorization, message = messages.get(timeout=45)
    assert authorization == "Bearer a-token"
    assert message["version"] == "4"
    assert message["status"] == "firing"
    assert message["groupLabels"] == {"dimension": "industry", "kpi": "form_fill_rate"}
    assert {alert["labels"]["segment"] for alert in message["alerts"]} == {"pharma", "FMCG"}
    for alert in message["alerts"]:
        assert alert["labels"]["alertname"] == "SegmentUnder"
        assert "board" not in alert["labels"]
        assert "index 58 over 1h" in alert["annotations"]["summary"]
        assert alert["annotations"]["description"].startswith(
            "0.021 against 0.036 for the rest, on 1000 trials, since "
        )
        place = f"dimension=industry&segment={alert['labels']['segment']}&kpi=form_fill_rate&window=1h"
        assert alert["annotations"]["link"] == f"http://localhost:8500/?{place}"
