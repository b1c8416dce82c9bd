"""Every alert has its section in docs/runbook.md and leads there; every section has an alert."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from tests.deploy.test_grafana import ask
from tests.deploy.test_grafana import prometheus as prometheus  # the fixture
from tests.deploy.test_grafana import rules as grafana_rules
from tests.documents import RUNBOOK, blocks
from tests.servers import ROOT

SECTIONS = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", RUNBOOK, re.DOTALL | re.MULTILINE))


def prometheus_rules() -> list[dict[str, Any]]:
    return [
        rule
        for path in (ROOT / "deploy" / "prometheus" / "rules").glob("*.yml")
        for group in yaml.safe_load(path.read_text("utf-8"))["groups"]
        for rule in group["rules"]
        if "alert" in rule
    ]


def test_every_alert_has_a_section_and_every_section_an_alert() -> None:
    alerts = {rule["alert"] for rule in prometheus_rules()}
    assert alerts == SECTIONS.keys()
    assert {rule["title"] for rule in grafana_rules()} <= alerts


def test_every_alert_leads_to_its_section() -> None:
    labels = yaml.safe_load((ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text("utf-8"))["global"]
    assert (ROOT / labels["external_labels"]["runbook"]).is_file()
    for rule in prometheus_rules():
        anchor = rule["alert"].lower()
        assert rule["annotations"]["runbook_url"] == f"{{{{ $externalLabels.runbook }}}}#{anchor}"
    for rule in grafana_rules():
        assert rule["annotations"]["runbook_url"] == f"docs/runbook.md#{rule['title'].lower()}"


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_says_all_that_one_must_know(name: str) -> None:
    for what in ("Means", "Look", "Do", "Wake"):
        assert re.search(rf"^\*\*{what}:\*\* \S", SECTIONS[name], re.MULTILINE), what


@pytest.mark.parametrize("query", [block.strip() for block in blocks(RUNBOOK, "promql")])
def test_every_query_gets_an_answer(prometheus: str, query: str) -> None:
    assert ask(prometheus, query)
