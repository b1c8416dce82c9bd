from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from consumers.alerts.links import Links
from streams.messages import Alert
from tests.consumers.samples import T0, alert
from tests.documents import RUNBOOK
from tests.servers import ROOT

LINKS = Links("https://board.test/segpulse/", "https://grafana.test/g/")


def dashboard(name: str) -> dict[str, Any]:
    found = json.loads((ROOT / "grafana" / "dashboards" / f"{name}.json").read_text("utf-8"))
    assert isinstance(found, dict)
    return found


def test_grafana_is_opened_at_the_segment_with_what_the_dashboard_knows() -> None:
    url = urlsplit(dict(LINKS.all(alert("2 × R&D")))["Grafana"])
    told = dashboard("segment")
    assert url.path == f"/g/d/{told['uid']}"
    asked = {name: values[0] for name, values in parse_qs(url.query).items()}
    chosen = {name.removeprefix("var-"): value for name, value in asked.items() if name.startswith("var-")}
    assert chosen == {"dimension": "tier", "segment": "2 × R&D", "kpi": "form_fill_rate", "window": "1h"}
    assert chosen.keys() == {variable["name"] for variable in told["templating"]["list"]}
    assert int(asked["from"]) < alert().since < T0
    assert asked["to"] == "now"


def test_of_no_segment_the_pipeline_and_the_whole_board_are_shown() -> None:
    told = alert("all", kind="pipeline", dimension="pipeline", kpi="", window="")
    links = dict(LINKS.all(told))
    url = urlsplit(links["Grafana"])
    assert url.path == f"/g/d/{dashboard('pipeline')['uid']}"
    assert "var-" not in url.query
    assert links["Board"] == "https://board.test/segpulse/"


@pytest.mark.parametrize(
    "told",
    [
        alert(state="under"),
        alert(state="over"),
        alert(kind="level", state="under"),
        alert(kind="silent", state="silent"),
        alert(kind="pipeline", dimension="pipeline", state="silent", kpi="", window=""),
    ],
    ids=lambda told: f"{told.kind}-{told.state}",
)
def test_the_runbook_has_the_section(told: Alert) -> None:
    links = dict(Links("http://board.test", runbook_url="https://wiki.test/runbook.md").all(told))
    address, _, anchor = links["Runbook"].partition("#")
    assert address == "https://wiki.test/runbook.md"
    assert anchor in [line.removeprefix("## ").lower() for line in RUNBOOK.splitlines() if line.startswith("## ")]


def test_without_grafana_and_a_runbook_there_is_the_board() -> None:
    (link,) = Links("http://board.test").all(alert("2"))
    assert link == ("Board", "http://board.test/?dimension=tier&segment=2&kpi=form_fill_rate&window=1h")
