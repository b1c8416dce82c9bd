"""docs/connect.md: every payload in it is posted, and every name is one."""

from __future__ import annotations

import re
from pathlib import Path

import orjson
import pytest

from producers.http import hubspot, segment
from producers.http.doors import doors
from producers.http.metrics import Metrics
from streams import settings
from streams.settings import Settings
from tests.documents import CONNECT, blocks, inline, names, table
from tests.producers.http.made import Sent

#: By the title of its section: where its payloads go.
PATHS = {
    "Your own events": "/v1/clicks",
    "Segment": "/v1/segment",
    "HubSpot": "/v1/hubspot",
    "Salesforce": "/v1/salesforce",
}
SECTIONS = dict(re.findall(r"^## (.+)\n((?:(?!^## ).*\n)+)", CONNECT, re.MULTILINE))
PAYLOADS = [(title, text) for title in PATHS for text in blocks(SECTIONS[title], "json")]


def declared(tmp_path: Path) -> Settings:
    """As the document's TOML says, with time told by events: its payloads are of the past."""
    file = tmp_path / "segpulse.toml"
    file.write_text('time.clock = "event"\n' + "\n".join(blocks(CONNECT, "toml")), "utf-8")
    return settings.load(file, environ={})


@pytest.mark.parametrize(("title", "text"), PAYLOADS, ids=[f"{title} {len(text)}" for title, text in PAYLOADS])
def test_a_payload_is_taken(title: str, text: str, tmp_path: Path) -> None:
    chosen = declared(tmp_path)
    sent = Sent(chosen)
    sent.settings = chosen
    body = orjson.loads(text)
    calls = body.get("batch", [body]) if isinstance(body, dict) else body
    answer = sent.post(PATHS[title], text.encode())
    assert answer.status == 202
    assert answer.said == {"accepted": len(calls), "ignored": [], "refused": []}
    assert len(sent.kafka.records) == len(calls)


def test_every_section_has_payloads() -> None:
    assert {title for title, _ in PAYLOADS} == set(PATHS)


def test_names_are_those_that_are_built_in() -> None:
    said = {name: names(target)[0] for row, target in table(CONNECT, "Track call") for name in names(row)}
    assert said == segment.EVENTS
    assert {names(row)[0]: names(target)[0] for row, target in table(CONNECT, "HubSpot says")} == hubspot.EVENTS


def test_paths_and_metrics() -> None:
    told = {path for row, _ in table(CONNECT, "Path") for path in names(row)}
    assert told - {"/v1/{topic}", "/live", "/ready", "/metrics"} <= set(doors(Settings()))
    metrics = {f"{m.name}_total" if m.type == "counter" else m.name for m in Metrics([]).registry.collect()}
    assert {code for code in inline(CONNECT) if code.startswith("segpulse_")} == metrics
