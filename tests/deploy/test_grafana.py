"""Grafana's files: of the published schema, one data source, and every query answered by a real Prometheus."""

from __future__ import annotations

import importlib
import json
import re
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests import servers
from tests.deploy import configured, exporter
from tests.servers import ROOT

GRAFANA = ROOT / "grafana"
DASHBOARDS = {
    path.stem: json.loads(path.read_text("utf-8")) for path in sorted((GRAFANA / "dashboards").glob("*.json"))
}
RULES = yaml.safe_load((GRAFANA / "provisioning" / "alerting" / "rules.yml").read_text("utf-8"))
ALERTING = yaml.safe_load((GRAFANA / "provisioning" / "alerting" / "contact-points.yml").read_text("utf-8"))
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
DATA_SOURCES = yaml.safe_load((GRAFANA / "provisioning" / "datasources" / "prometheus.yml").read_text("utf-8"))
UID = DATA_SOURCES["datasources"][0]["uid"]
CHOSEN = {
    "dimension": "industry",
    "kpi": "form_fill_rate",
    "window": "1h",
    "segment": "pharma",
    "__rate_interval": "1m",
}
FROM_YESTERDAY = " offset 1d"  # nothing answers that today


def panels() -> list[dict[str, Any]]:
    return [panel for dashboard in DASHBOARDS.values() for panel in dashboard["panels"]]


def dashboard_queries() -> list[str]:
    targets = [target["expr"] for panel in panels() for target in panel["targets"]]
    annotations = [
        query["expr"]
        for dashboard in DASHBOARDS.values()
        for query in dashboard.get("annotations", {}).get("list", [])
        if "expr" in query
    ]
    return sorted({*targets, *annotations})


def rules() -> list[dict[str, Any]]:
    return [rule for group in RULES["groups"] for rule in group["rules"]]


def rule_queries() -> list[str]:
    return [query["model"]["expr"] for rule in rules() for query in rule["data"] if query["datasourceUid"] == UID]


def chosen(query: str) -> str:
    """The query with the dashboard's variables filled in, as Grafana does."""
    filled = re.sub(r"\$(\w+)", lambda match: CHOSEN[match[1]], query)
    assert "$" not in filled
    return filled


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("prometheus")
    segments = [exporter.scores("industry", name, "under", 58.0) for name in ("pharma", "FMCG")]
    with (
        exporter.serving(*segments) as (scraped, _),
        servers.prometheus(folder, configured.prometheus(folder, scraped)) as server,
    ):
        wait_for_rates(server.address)
        yield server.address


def wait_for_rates(url: str) -> None:
    deadline = time.monotonic() + 30
    while not ask(url, "rate(segpulse_events_total[1m])"):  # needs two scrapes
        assert time.monotonic() < deadline, "Prometheus scraped nothing"
        time.sleep(0.2)


def ask(url: str, query: str) -> list[Any]:
    with urllib.request.urlopen(f"{url}/api/v1/query?{urllib.parse.urlencode({'query': query})}", timeout=10) as answer:
        result = json.load(answer)["data"]["result"]
    assert isinstance(result, list)
    return result


@pytest.mark.parametrize("query", dashboard_queries())
def test_every_panel_gets_data(prometheus: str, query: str) -> None:
    assert ask(prometheus, chosen(query).replace(FROM_YESTERDAY, "")), "no data"
    ask(prometheus, chosen(query))  # is well formed


@pytest.mark.parametrize("query", rule_queries())
def test_every_rule_gets_an_answer(prometheus: str, query: str) -> None:
    found = ask(prometheus, query)
    assert found or 'state="over"' in query or 'state="silent"' in query  # nobody is, here


def test_variables_ask_for_what_is_there(prometheus: str) -> None:
    variables = [v for dashboard in DASHBOARDS.values() for v in dashboard.get("templating", {}).get("list", [])]
    assert {variable["name"] for variable in variables} == {"dimension", "segment", "kpi", "window"}
    for variable in variables:
        series, label = re.fullmatch(r"label_values\((.*), (\w+)\)", variable["query"]["query"]).groups()  # type: ignore[union-attr]
        assert all(entry["metric"][label] for entry in ask(prometheus, chosen(series))), variable["name"]
        assert ask(prometheus, chosen(series)), variable["name"]


def test_the_dashboards_are_what_their_builders_make() -> None:
    pytest.importorskip("grafana_foundation_sdk.cog", reason="Grafana's schema needs Python 3.11")
    made = importlib.import_module("grafana.build.__main__").made()
    assert {path.stem for path in made} == DASHBOARDS.keys()
    for path, text in made.items():
        assert path.read_text("utf-8") == text, "python -m grafana.build writes it anew"


@pytest.mark.parametrize("name", DASHBOARDS)
def test_the_dashboards_are_of_grafanas_schema(name: str) -> None:
    pytest.importorskip("grafana_foundation_sdk.cog", reason="Grafana's schema needs Python 3.11")
    models = importlib.import_module("grafana_foundation_sdk.models.dashboard")
    importlib.import_module("grafana_foundation_sdk.cog.plugins").register_default_plugins()
    encoder = importlib.import_module("grafana_foundation_sdk.cog.encoder").JSONEncoder()
    read = json.loads(encoder.encode(models.Dashboard.from_json(DASHBOARDS[name])))
    assert list(lost(DASHBOARDS[name], read, "")) == []


def lost(mine: Any, theirs: Any, path: str) -> Iterator[str]:
    """Where the schema's reading of a document has dropped or changed something: a key that Grafana does not know."""
    if isinstance(mine, dict) and isinstance(theirs, dict):
        for key in mine:
            yield from lost(mine[key], theirs[key], f"{path}.{key}") if key in theirs else [f"{path}.{key}"]
    elif isinstance(mine, list) and isinstance(theirs, list) and len(mine) == len(theirs):
        for number, pair in enumerate(zip(mine, theirs, strict=True)):
            yield from lost(*pair, f"{path}[{number}]")
    elif mine != theirs:
        yield path


@pytest.mark.parametrize("name", DASHBOARDS)
def test_panels_do_not_overlap_and_have_ids_of_their_own(name: str) -> None:
    cells = [
        (x, y)
        for panel in DASHBOARDS[name]["panels"]
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24
    ids = [panel["id"] for panel in DASHBOARDS[name]["panels"]]
    assert len(ids) == len(set(ids))


def test_every_panel_says_what_it_shows_and_when_there_is_nothing_yet() -> None:
    for panel in panels():
        assert panel["description"], panel["title"]
        assert "noValue" in panel["fieldConfig"]["defaults"], panel["title"]


def test_everything_asks_the_provisioned_data_source() -> None:
    uids = {dashboard["uid"] for dashboard in DASHBOARDS.values()}
    named = re.findall(r'"uid": "([^"]+)"', json.dumps(list(DASHBOARDS.values())))
    assert set(named) == {UID, *uids}
    assert {query["datasourceUid"] for rule in rules() for query in rule["data"]} == {UID, "__expr__"}


def test_links_lead_to_dashboards_that_are_there_and_to_their_variables() -> None:
    variables = {
        dashboard["uid"]: {variable["name"] for variable in dashboard.get("templating", {}).get("list", [])}
        for dashboard in DASHBOARDS.values()
    }
    links = re.findall(r"/d/([\w-]+)\?([^\"]*)", json.dumps(list(DASHBOARDS.values())))
    assert links
    for uid, chosen_there in links:
        assert set(re.findall(r"var-(\w+)=", chosen_there)) <= variables[uid]


def test_alert_rules_stand_on_their_own_feet() -> None:
    ids = {dashboard["uid"]: {str(panel["id"]) for panel in dashboard["panels"]} for dashboard in DASHBOARDS.values()}
    assert len({rule["uid"] for rule in rules()}) == len(rules())
    for rule in rules():
        steps = {query["refId"]: query for query in rule["data"]}
        assert steps[rule["condition"]]["model"]["expression"] in steps
        assert all(name == query["model"]["refId"] for name, query in steps.items())
        assert rule["annotations"]["__panelId__"] in ids[rule["annotations"]["__dashboardUid__"]]


def test_every_contact_point_is_filled_in_from_the_environment_and_none_is_empty() -> None:
    environment = {name: str(value) for name, value in COMPOSE["services"]["grafana"]["environment"].items()}
    unset = {name: re.sub(r"\$\{\w+:-(.*)\}", r"\1", value) for name, value in environment.items()}
    points = {point["name"]: receiver for point in ALERTING["contactPoints"] for receiver in point["receivers"]}
    assert points.keys() == {"alertmanager", "webhook", "slack", "pagerduty", "email"}
    assert len({receiver["uid"] for receiver in points.values()}) == len(points)
    for receiver in points.values():
        for value in receiver["settings"].values():
            assert unset[value[1:]] if value.startswith("$") else value
    (policy,) = ALERTING["policies"]
    assert unset[policy["receiver"][1:]] in points
