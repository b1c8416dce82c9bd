from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from consumers.alerts.links import Links
from tests.consumers.samples import T0, alert
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


def test_without_grafana_there_is_the_board() -> None:
    (link,) = Links("http://board.test").all(alert("2"))
    assert link == ("Board", "http://board.test/?dimension=tier&segment=2&kpi=form_fill_rate&window=1h")
